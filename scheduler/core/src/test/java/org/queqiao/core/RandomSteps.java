package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.snapshot.ClusterImage.JobImage;
import org.queqiao.core.message.Input;

/** What runs and nodes say of steps, also late, repeated and wrong. */
final class RandomSteps {
  private final SplittableRandom random;
  private final SchedulerStory story;

  RandomSteps(long seed, SchedulerStory story) {
    this.random = new SplittableRandom(seed + 2_000_003);
    this.story = story;
  }

  Optional<Input> next() {
    if (random.nextInt(3) != 0) {
      return Optional.empty();
    }
    List<JobImage> holders =
        story.machine.image().jobs().stream()
            .filter(job -> !job.allocations().isEmpty() && !job.state().isTerminal())
            .toList();
    if (holders.isEmpty()) {
      return Optional.empty();
    }
    // Those on several nodes are the ones whose parts matter.
    List<JobImage> wide = holders.stream().filter(job -> job.allocations().size() > 1).toList();
    List<JobImage> from = wide.isEmpty() || random.nextInt(4) == 0 ? holders : wide;
    return Optional.of(of(from.get(random.nextInt(from.size()))));
  }

  private Input of(JobImage job) {
    RunId run = new RunId(job.id(), job.attempt());
    NodeName first = job.allocations().getFirst().node();
    NodeName any = any(job);
    return switch (random.nextInt(8)) {
      case 0, 1, 2, 3 -> {
        List<NodeName> nodes = new ArrayList<>();
        for (Allocation each : job.allocations()) {
          if (random.nextInt(3) != 0) {
            nodes.add(each.node());
          }
        }
        if (random.nextInt(8) == 0) {
          nodes.add(new NodeName("n" + random.nextInt(4)));
        }
        yield new Input.StartStep(
            random.nextInt(8) == 0 ? any : first,
            job.uid() + (random.nextInt(10) == 0 ? 1 : 0),
            run,
            random.nextInt(10) == 0 ? " " : "pi",
            random.nextInt(5),
            nodes);
      }
      case 4 -> new Input.EndStep(first, run, random.nextInt(3), random.nextInt(400));
      default -> new Input.RunEnded(any, exit(job, run));
    };
  }

  /** A node of the run; not often the one whose report would end a run that has no parts. */
  private NodeName any(JobImage job) {
    int size = job.allocations().size();
    return job.allocations().get(random.nextInt(3) == 0 ? 0 : size - 1).node();
  }

  private RunExit exit(JobImage job, RunId run) {
    boolean lost = job.state() == JobState.RUNNING && random.nextInt(6) == 0;
    RunExit.Kind seen = random.nextInt(5) == 0 ? RunExit.Kind.OUT_OF_MEMORY : RunExit.Kind.EXITED;
    return new RunExit(
        run,
        lost ? RunExit.Kind.LOST : seen,
        random.nextInt(2),
        0,
        story.nowMs - 1_000,
        story.nowMs - random.nextInt(1_000) + random.nextInt(100),
        random.nextInt(1_000),
        random.nextInt(1_000),
        random.nextInt(1_000),
        "");
  }
}
