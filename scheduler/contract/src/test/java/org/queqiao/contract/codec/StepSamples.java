package org.queqiao.contract.codec;

import java.util.List;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;

/** Steps with every field different from its default. */
final class StepSamples {
  private static final NodeName OTHER = new NodeName("cn002");

  private StepSamples() {}

  static List<Event> events() {
    return List.of(
        new StepStarted(Samples.RUN, 3, "mpi_pi", 64, List.of(Samples.NODE, OTHER)),
        new StepEnded(Samples.RUN, 3, 137),
        new RunPartEnded(Samples.RUN, OTHER, Samples.EXIT));
  }

  static ServerMessage answer() {
    return new ServerMessage.StepAnswer(
        7,
        "no such node",
        3,
        new byte[] {1, 2},
        List.of(new ServerMessage.StepNode(OTHER, "10.0.0.8", List.of(2, 3))));
  }

  /** Of an agent that jobs can reach. */
  static AgentMessage hello() {
    return new AgentMessage.Hello(
        1, 3, Samples.FACTS, 4, List.of(), List.of(), "/run/queqiao/jobs.sock");
  }

  /** As {@link #image}, with steps that people may ask for. */
  static ClusterImage recent(ClusterImage first) {
    StepsImage kept = image(first).steps().getFirst();
    StepImage live =
        new StepImage(
            2, 4, "mpi_pi", 64, List.of(Samples.NODE, OTHER), 1_760_000_000_500L, 0, null);
    return StepsImage.on(
        first,
        List.of(
            new StepsImage(
                kept.run(),
                kept.started(),
                kept.live(),
                kept.parts(),
                kept.gone(),
                kept.script(),
                kept.userUs(),
                kept.systemUs(),
                kept.maxRssBytes(),
                kept.endMs(),
                kept.energyMj(),
                kept.accelerators(),
                kept.shortOfMemory(),
                List.of(live.over(1_760_000_000_900L, 3), live))));
  }

  /** As {@link #image}, with what was measured of accelerators. */
  static ClusterImage accelerators(ClusterImage first) {
    StepsImage kept = image(first).steps().getFirst();
    RunExit exit =
        new RunExit(kept.run(), RunExit.Kind.EXITED, 0, 0, 1, 2, 3, 4, 5, "")
            .withAccelerators(new AcceleratorTime(40_000, 10_000));
    return StepsImage.on(first, List.of(kept.partEnded(OTHER, false, exit)));
  }

  /** As {@link #image}, after a part that was ended for want of memory. */
  static ClusterImage shortOfMemory(ClusterImage first) {
    StepsImage kept = image(first).steps().getFirst();
    RunExit exit = new RunExit(kept.run(), RunExit.Kind.OUT_OF_MEMORY, 0, 9, 1, 2, 3, 4, 5, "");
    return StepsImage.on(first, List.of(kept.partEnded(OTHER, false, exit)));
  }

  static ClusterImage image(ClusterImage first) {
    return StepsImage.on(
        first,
        List.of(
            new StepsImage(
                Samples.RUN,
                5,
                List.of(3, 4),
                List.of(OTHER),
                List.of(new NodeName("cn003")),
                Samples.EXIT,
                7_000,
                8_000,
                9_000,
                1_760_000_060_123L,
                0,
                AcceleratorTime.NONE,
                null,
                List.of())));
  }
}
