package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.metrics.Series;

/** What a monitor counted reaches the server, whoever is killed on the way. */
@Timeout(180)
final class CountersEndToEndTest {
  private static final String WORK = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";

  private static long value(RunMetrics metrics, Counter counter) {
    return metrics.totals().stream()
        .filter(each -> each.counter() == counter.number() && each.present())
        .mapToLong(CounterValue::value)
        .findFirst()
        .orElse(-1);
  }

  @Test
  void theTotalsOfARunComeOnceItHasEnded() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      story.scheduler.want(story.desired(1, WORK, "head -c 3000000 /dev/zero | cat >/dev/null"));
      story.scheduler.awaitEnd(NodeStory.run(1));
      RunMetrics counted = story.scheduler.awaitCounters(NodeStory.run(1));
      assertThat(value(counted, Counter.CPU_USER)).isGreaterThan(10_000);
      assertThat(value(counted, Counter.TASK_CLOCK)).isGreaterThan(10_000_000);
      assertThat(value(counted, Counter.PAGE_FAULTS)).isPositive();
      assertThat(value(counted, Counter.LARGEST_PROCESS)).isGreaterThan(100_000);
      assertThat(value(counted, Counter.WRITTEN))
          .isGreaterThanOrEqualTo(story.root ? 6_000_000 : -1);
      List<Integer> numbers = counted.totals().stream().map(CounterValue::counter).toList();
      assertThat(numbers).doesNotHaveDuplicates();
      for (Counter counter : Counter.values()) {
        // The server sums the operations up from what nodes count.
        if (counter.scope() != Counter.Scope.RUN || counter == Counter.FLOAT_OPERATIONS) {
          continue;
        }
        assertThat(numbers).as("counted, or missing with a reason").contains(counter.number());
      }
    }
  }

  /** Its launcher starts all the same. */
  @Test
  void aNodeWhoseFolderForCountersCannotBeMadeHasTotalsAndSaysWhyThereIsNoSeries()
      throws Exception {
    try (NodeStory story = new NodeStory()) {
      Path folder = story.folder.resolve("node/spool/counters");
      Files.createDirectories(folder.getParent());
      Files.createFile(folder);
      story.started();
      assertThat(story.scheduler.lastRegistration().facts().absent())
          .anyMatch(each -> each.startsWith("series of runs: ") && each.contains("no such folder"));
      assertThat(story.log("launcher")).contains("no series of runs: ");
      assertThat(story.log("agent")).containsOnlyOnce("runs have no series");
      story.scheduler.want(story.desired(1, WORK));
      story.scheduler.awaitEnd(NodeStory.run(1));
      RunMetrics counted = story.scheduler.awaitCounters(NodeStory.run(1));
      assertThat(value(counted, Counter.TASK_CLOCK)).isGreaterThan(10_000_000);
    }
  }

  @Test
  void theSeriesOfALivingRunSurvivesTheAgentAndComesWholeWithItsEnd() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      assumeTrue(story.root, "descriptors of others are handed out by root alone");
      RunId run = NodeStory.run(1);
      story.scheduler.want(story.desired(1, "while :; do (:); done"));
      Series first = story.scheduler.awaitLive(run, 4);
      int clock = first.counters().indexOf(Counter.TASK_CLOCK.number()) + 1;
      assertThat(clock).isPositive();
      assertThat(first.rows().getLast()[clock]).isGreaterThan(first.rows().getFirst()[clock]);
      int sent = first.counters().indexOf(Counter.SENT.number()) + 1;
      assertThat(sent).as("the network of a run is in its series").isPositive();
      assertThat(first.rows().getLast()[sent]).isZero();
      story.killAgent();
      story.startAgent();
      int more = first.rows().size() + 4;
      Series second = story.scheduler.awaitLive(run, more);
      assertThat(second.rows().getLast()[sent]).as("handed out anew").isZero();
      story.scheduler.stop(run);
      RunMetrics counted = story.scheduler.awaitCounters(run);
      Series whole = story.scheduler.seriesOf(run);
      assertThat(whole.rows().size()).isGreaterThanOrEqualTo(second.rows().size());
      assertThat(whole.rows().getFirst()).isEqualTo(first.rows().getFirst());
      long last = -1;
      for (long[] row : whole.rows()) {
        assertThat(row[clock]).isGreaterThan(last);
        last = row[clock];
      }
      assertThat(value(counted, Counter.TASK_CLOCK)).isGreaterThanOrEqualTo(last);
    }
  }

  /** As with a full disk, only that its room cannot be made again. */
  @Test
  void whereNoRowsCanBeKeptTheAgentGoesOnAndTotalsAreWhole() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      assumeTrue(story.root, "descriptors of others are handed out by root alone");
      Path series = story.folder.resolve("agent/series");
      Files.delete(series);
      story.scheduler.want(story.desired(1, WORK + "; sleep 2"));
      story.scheduler.awaitEnd(NodeStory.run(1));
      RunMetrics counted = story.scheduler.awaitCounters(NodeStory.run(1));
      assertThat(value(counted, Counter.TASK_CLOCK)).isGreaterThan(10_000_000);
      assertThat(story.log("agent"))
          .containsOnlyOnce("rows of the series of runs are not kept")
          .doesNotContain("the agent ends");
    }
  }

  @Test
  void aHeartbeatCarriesWhatIsCountedOfTheNode() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      List<Integer> numbers =
          story.scheduler.awaitBeat().counters().stream().map(CounterValue::counter).toList();
      assertThat(numbers)
          .contains(
              Counter.NETWORK_RECEIVED.number(),
              Counter.ENERGY.number(),
              Counter.GPU_BUSY.number(),
              Counter.LUSTRE_READ.number());
    }
  }

  @Test
  void noTotalIsLostWhenTheServerStoresNothingAndTheAgentIsKilled() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      story.scheduler.storesCounters(false);
      for (int job = 1; job <= 5; job++) {
        story.scheduler.want(story.desired(job, WORK));
      }
      for (int job = 1; job <= 5; job++) {
        story.scheduler.awaitCounters(NodeStory.run(job));
      }
      story.killAgent();
      story.killLauncher();
      story.scheduler.forgetCounters();
      story.scheduler.storesCounters(true);
      story.startLauncher();
      story.startAgent();
      for (int job = 1; job <= 5; job++) {
        RunMetrics counted = story.scheduler.awaitCounters(NodeStory.run(job));
        assertThat(value(counted, Counter.CPU_USER)).isGreaterThan(10_000);
      }
    }
  }
}
