package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.RunResources;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** Runs of files are facts of finance, take numbers of jobs, and keep out of the way of bridges. */
final class ImportStoriesTest {
  private static final PartitionName BATCH = PartitionName.elsewhere(RandomRuns.CLUSTER, "batch");

  private final SchedulerStory story = SchedulerStory.site();

  private static Input.ImportRuns file(String who, ObservedRun... runs) {
    return new Input.ImportRuns(
        Actor.user(new UserName(who)), RandomRuns.CLUSTER, true, List.of(runs));
  }

  private static Input.RecordRuns told(ObservedRun run) {
    return new Input.RecordRuns(new NodeName("bridge"), RandomRuns.CLUSTER, List.of(run), 0);
  }

  private ObservedRun run(long number) {
    story.nowMs = Math.max(story.nowMs, SchedulerStory.BEGIN_MS + 60_000);
    return RandomRuns.run(number, 2);
  }

  @Test
  void runsOfAFileTakeNumbersOfJobsAndSurviveASnapshot() {
    long lastJobId = story.machine.state().lastJobId();
    story.hears(file("finance1", run(7), run(8)));
    assertThat(story.machine.state().lastJobId()).isEqualTo(lastJobId + 2);
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.state().lastJobId()).isEqualTo(lastJobId + 2);
    assertThat(story.refuses(told(run(9))).message()).contains("imported from files");
  }

  @Test
  void onlyFinanceImportsAndNothingOfTheFuture() {
    assertThat(story.refuses(file("liwei", run(7))).code()).isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.refuses(file("admin1", run(7))).code()).isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.refuses(file("finance1", run(600_000))).message()).contains("ends after now");
    assertThat(story.refuses(file("finance1", run(7), run(7))).message()).contains("comes twice");
    assertThat(story.refuses(file("finance1")).code()).isEqualTo(Rejection.Code.INVALID);
  }

  @Test
  void aRunOfAProjectThatNobodyMadeIsShownAndNotBilled() {
    ObservedRun orphan = of(run(7), new ProjectName("nobodys"));
    Rejection refused = story.refuses(file("finance1", run(6), orphan));
    assertThat(refused.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(refused.message()).contains("there is no project nobodys: create it first");
    story.hears(
        new Input.ImportRuns(
            Actor.user(new UserName("finance1")), RandomRuns.CLUSTER, false, List.of(orphan)));
  }

  @Test
  void aClusterIsOfABridgeOrOfFiles() {
    story.hears(told(run(7)));
    Rejection refused = story.refuses(file("finance1", run(8)));
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message()).contains("a bridge tells").contains("another name");
  }

  @Test
  void aPriceOfAnotherClusterMayBeginInThePastUntilItsFirstRunIsKnown() {
    ObservedRun first = run(7);
    Input.ProposeMoney price =
        new Input.ProposeMoney(
            Actor.user(new UserName("finance1")),
            new MoneyChange.Price(
                new PriceItem(BATCH, null, 5, "CNY", first.startMs() - 1, 0, 0, List.of())),
            "as it was");
    story.hears(price);
    story.hears(file("finance1", first));
    assertThat(story.refuses(price).message()).contains("cannot begin in the past");
  }

  private static ObservedRun of(ObservedRun run, ProjectName project) {
    return new ObservedRun(
        run.id(),
        run.task(),
        run.name(),
        run.user(),
        run.uid(),
        project,
        run.partition(),
        run.state(),
        run.detail(),
        run.exitCode(),
        run.signal(),
        run.startMs(),
        run.endMs(),
        run.stops(),
        run.cores(),
        run.memBytes(),
        run.limitMs(),
        run.nodes(),
        run.steps());
  }

  private static ObservedRun with(ObservedRun run, long cores, long limitMs) {
    return new ObservedRun(
        run.id(),
        run.task(),
        run.name(),
        run.user(),
        run.uid(),
        run.project(),
        run.partition(),
        run.state(),
        run.detail(),
        run.exitCode(),
        run.signal(),
        0,
        run.endMs(),
        List.of(),
        cores,
        run.memBytes(),
        limitMs,
        run.nodes(),
        run.steps());
  }

  @Test
  void aTimeLimitOrASizeThatCannotBeIsRefusedFromFilesAndBridges() {
    // The longest that Slurm can state, in minutes.
    ObservedRun longest = with(run(7), 2, 4_294_967_294L * 60_000);
    ObservedRun endless = with(run(8), 2, Long.MAX_VALUE);
    ObservedRun huge = with(run(9), ObservedRun.CORES_MAX, 0);
    assertThat(story.refuses(file("finance1", endless)).message())
        .contains("has a time limit of " + Long.MAX_VALUE + " ms: at most 315360000000000");
    assertThat(story.refuses(told(endless)).message()).contains("has a time limit of");
    assertThat(story.refuses(file("finance1", huge)).message()).contains("core-milliseconds");
    assertThat(story.refuses(told(huge)).message()).contains("2147483648 cores for");
    ObservedRun busy =
        with(run(7), 2, 0).with(RunResources.ofSlurm("", Map.of("gpu", RunResources.DEVICES_MAX)));
    assertThat(story.refuses(file("finance1", busy)).message())
        .contains("has 2147483648 of gpu for");
    assertThat(story.refuses(told(busy)).message()).contains("of gpu for");
    story.hears(told(longest));
  }
}
