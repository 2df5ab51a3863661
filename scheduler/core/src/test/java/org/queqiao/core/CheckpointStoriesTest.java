package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** A run tells that what it has done is saved. */
final class CheckpointStoriesTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long MINUTE_MS = 60_000;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.says(SchedulerStory.facts("g1", "boot-1", 16, 64 * GIB, List.of()));
    story.account("finance2", -1, null, null, Role.FINANCE);
  }

  private JobId running(long limitMs) {
    JobId job = story.submits("liwei", script().limitMs(limitMs));
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    return job;
  }

  private Checkpoint saved(JobId job) {
    return story.machine.state().job(job).orElseThrow().checkpoint();
  }

  @Test
  void itsOwnerOrAManagerSaysSoAndAgainWithinAMinuteChangesNothing() {
    JobId job = running(HOUR_MS);
    long startMs = story.nowMs;
    story.after(10 * MINUTE_MS).doesOneFact(new Input.CheckpointJob(user("liwei"), job));
    RunCheckpointed told = (RunCheckpointed) story.log.getLast().event();
    assertThat(told).isEqualTo(new RunCheckpointed(story.run(job), startMs + 10 * MINUTE_MS));
    assertThat(saved(job).billedMs()).isBetween(10 * MINUTE_MS, 10 * MINUTE_MS + 10_000);
    story.after(MINUTE_MS - 1).doesWithoutFacts(new Input.CheckpointJob(user("liwei"), job));
    story.after(1).doesOneFact(new Input.CheckpointJob(user("zhangmin"), job));
    assertThat(saved(job).atMs()).isEqualTo(startMs + 11 * MINUTE_MS);
    Rejection refused = story.refuses(new Input.CheckpointJob(user("wangfang"), job));
    assertThat(refused.message()).contains("there is no job " + job + " that you may see");
  }

  @Test
  void aProcessOfTheRunSaysSoByItsNodeAndAnotherNodeUserOrRunDoesNot() {
    JobId job = running(HOUR_MS);
    long startMs = story.nowMs;
    int uid = story.machine.state().job(job).orElseThrow().uid();
    RunId run = story.run(job);
    NodeName node = story.node(job);
    story.after(10 * MINUTE_MS).doesOneFact(new Input.CheckpointRun(node, uid, run));
    assertThat(story.log.getLast().event())
        .isEqualTo(new RunCheckpointed(run, startMs + 10 * MINUTE_MS));
    assertThat(story.log.getLast().actor()).isEqualTo(Actor.node(node));
    story.after(MINUTE_MS - 1).doesWithoutFacts(new Input.CheckpointRun(node, uid, run));
    story.doesWithoutFacts(new Input.CheckpointJob(user("liwei"), job));
    story.after(1);
    for (Input strange :
        List.of(
            new Input.CheckpointRun(node, uid + 1, run),
            new Input.CheckpointRun(new NodeName("g2"), uid, run),
            new Input.CheckpointRun(node, uid, new RunId(job, run.attempt() + 1)))) {
      assertThat(story.refuses(strange).message()).contains("is not of this user on node");
    }
    story.doesOneFact(new Input.CheckpointRun(node, uid, run));
    story.exits(job, 0);
    assertThat(story.refuses(new Input.CheckpointRun(node, uid, run)).message())
        .contains("is not of this user on node");
  }

  @Test
  void aJobThatDoesNotRunSavesNothing() {
    JobId job = story.submits("liwei", script().limitMs(HOUR_MS));
    assertThat(story.refuses(new Input.CheckpointJob(user("liwei"), job)).message())
        .isEqualTo("job " + job + " does not run (PENDING): it saves nothing now");
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    story.exits(job, 0);
    assertThat(story.refuses(new Input.CheckpointJob(user("liwei"), job)).message())
        .isEqualTo("job " + job + " does not run (COMPLETED): it saves nothing now");
  }

  @Test
  void theNextRunOfAJobHasSavedNothing() {
    JobId job = running(HOUR_MS);
    story.after(10 * MINUTE_MS).doesOneFact(new Input.CheckpointJob(user("liwei"), job));
    lost(job);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    assertThat(saved(job)).isNull();
  }

  private void lost(JobId job) {
    story.does(
        new Input.RunEnded(
            story.node(job),
            SchedulerStory.exit(
                story.run(job), RunExit.Kind.LOST, 0, 0, story.nowMs, "monitor killed")));
    assertThat(story.log.getLast().event()).isInstanceOf(JobRequeued.class);
  }

  /** Of the two hours that a run took, the one behind its checkpoint comes back. */
  @Test
  void coreHoursThatWereLostComeBack() {
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_000, "CNY", 0)));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, 0, "CNY", asOf))));
    }
    story.agreed(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 1_000, 0, true));
    story.agreed(
        new MoneyChange.NewAllowance(
            new Allowance(CLIMATE, AllowanceKind.PACKAGE, 5 * HOUR_MS, null, 0, 0)));
    JobId job = running(4 * HOUR_MS);
    long startMs = story.machine.state().job(job).orElseThrow().startMs();
    story.after(startMs + HOUR_MS - story.nowMs);
    story.doesOneFact(new Input.CheckpointJob(user("liwei"), job));
    story.after(HOUR_MS);
    lost(job);
    assertThat(story.machine.image().money().allowances().allowances().getFirst().leftMs())
        .isEqualTo(4 * HOUR_MS);
  }
}
