package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.Allocation.GresDevices;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.metrics.Series;

/**
 * What runs make of their accelerators, with a library that stands in for the maker's: the one
 * behind the file of number 1 is 2 % busy and counts 1 kW, the one of number 0 is 70 % busy.
 */
@Timeout(180)
final class AcceleratorsEndToEndTest {
  private static final long UJ_OF_KW_MS = 1_000_000;

  private static CounterValue counted(RunMetrics metrics, Counter counter) {
    return metrics.totals().stream()
        .filter(each -> each.counter() == counter.number())
        .findFirst()
        .orElseThrow();
  }

  private static NodeStory started() throws Exception {
    NodeStory story = new NodeStory();
    assumeTrue(story.root, "devices are given by control groups");
    StringBuilder list = new StringBuilder();
    // The order of the list is not that of the numbers.
    for (int index = 0; index < 2; index++) {
      Path file = story.folder.resolve("nvidia" + (1 - index));
      Process made =
          new ProcessBuilder("mknod", file.toString(), "c", "1", index == 0 ? "5" : "8").start();
      assertThat(made.waitFor()).isZero();
      list.append("gpu ").append(index).append(' ').append(file).append('\n');
    }
    Path root = Path.of(System.getProperty("queqiao.root"));
    return story
        .withLibraries(root.resolve("native/target/test-bin/stand-in"))
        .withDevices(list.toString())
        .started();
  }

  private static RunExit ended(NodeStory story, long job, int device) throws Exception {
    story.scheduler.want(
        story.desired(
            job,
            story.spec(job, "sleep 1.5"),
            0,
            device < 0 ? List.of() : List.of(new GresDevices("gpu", "", List.of(device)))));
    return story.scheduler.awaitEnd(NodeStory.run(job));
  }

  @Test
  void aRunHasTheFiguresOfItsOwnAcceleratorsForAsLongAsItHeldThem() throws Exception {
    try (NodeStory story = started()) {
      RunExit idle = ended(story, 1, 0);
      RunMetrics ofIdle = story.scheduler.awaitCounters(NodeStory.run(1));
      long lastedMs = idle.endMs() - idle.startMs();
      AcceleratorTime time = idle.accelerators();
      assertThat(time.measuredMs()).isBetween(lastedMs / 2, lastedMs + 1_000);
      assertThat(time.idleMs()).isEqualTo(time.measuredMs());
      assertThat(counted(ofIdle, Counter.ACCELERATOR_TIME).value()).isEqualTo(time.measuredMs());
      assertThat(counted(ofIdle, Counter.ACCELERATOR_ENERGY).value())
          .as("the counter of the device, from before the run to its end")
          .isBetween(lastedMs * UJ_OF_KW_MS, (lastedMs + 5_000) * UJ_OF_KW_MS);
      assertThat(counted(ofIdle, Counter.ACCELERATOR_MEMORY_PEAK).value()).isEqualTo(30_000);

      RunExit busy = ended(story, 2, 1);
      RunMetrics ofBusy = story.scheduler.awaitCounters(NodeStory.run(2));
      long measuredMs = busy.accelerators().measuredMs();
      assertThat(busy.accelerators().idleMs()).isZero();
      assertThat(counted(ofBusy, Counter.ACCELERATOR_BUSY_TIME).value())
          .isEqualTo(measuredMs * 7 / 10);
      assertThat(counted(ofBusy, Counter.ACCELERATOR_ENERGY).value())
          .as("100,070 mW for this time")
          .isBetween(measuredMs * 100_070, (measuredMs + 100) * 100_070);

      assertThat(ended(story, 3, -1).accelerators()).isEqualTo(AcceleratorTime.NONE);
      assertThat(
              counted(
                      story.scheduler.awaitCounters(NodeStory.run(3)),
                      Counter.ACCELERATOR_IDLE_TIME)
                  .missing())
          .isEqualTo("it held no accelerator");
    }
  }

  @Test
  void theNextAgentGoesOnCountingTheAcceleratorsOfARunThatItDidNotStart() throws Exception {
    try (NodeStory story = started()) {
      RunId run = NodeStory.run(1);
      story.scheduler.want(
          story.desired(
              1, story.spec(1, "sleep 100"), 0, List.of(new GresDevices("gpu", "", List.of(1)))));
      Series first = story.scheduler.awaitLive(run, 4);
      int time = first.counters().indexOf(Counter.ACCELERATOR_TIME.number()) + 1;
      int busy = first.counters().indexOf(Counter.ACCELERATOR_BUSY.number()) + 1;
      assertThat(time).isPositive();
      assertThat(first.rows().getLast()[busy]).isEqualTo(700);
      story.killAgent();
      story.startAgent();
      Series second = story.scheduler.awaitLive(run, first.rows().size() + 4);
      long before = first.rows().getLast()[time];
      assertThat(before).isPositive();
      assertThat(second.rows().getLast()[time]).isGreaterThan(before);
      story.scheduler.stop(run);
      RunMetrics counted = story.scheduler.awaitCounters(run);
      RunExit exit = story.scheduler.awaitEnd(run);
      assertThat(counted(counted, Counter.ACCELERATOR_TIME).value())
          .isEqualTo(exit.accelerators().measuredMs())
          .isGreaterThanOrEqualTo(second.rows().getLast()[time])
          .isLessThanOrEqualTo(exit.endMs() - exit.startMs() + 1_000);
    }
  }
}
