package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.RunResources;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.ObservedTable;

/** Runs of another scheduler count once, whatever their bridge repeats. */
final class ObservedStoriesTest {
  private static final NodeName BRIDGE = new NodeName("bridge");
  private final SchedulerStory story = SchedulerStory.site();

  private Input.RecordRuns told(long completeMs, ObservedRun... runs) {
    return new Input.RecordRuns(BRIDGE, RandomRuns.CLUSTER, List.of(runs), completeMs);
  }

  private List<Event> facts(Input input) {
    Decision decision = story.machine.decide(input, story.nowMs);
    return decision.facts().stream().map(Fact::event).toList();
  }

  @Test
  void aRunThatIsToldAgainChangesNothing() {
    ObservedRun run = RandomRuns.run(7, 2);
    long lastJobId = story.machine.state().lastJobId();
    story.hears(told(0, run));
    assertThat(story.machine.state().lastJobId()).isEqualTo(lastJobId + 1);
    assertThat(facts(told(0, run))).isEmpty();
    assertThat(story.machine.decide(told(0, run), story.nowMs).reply())
        .isEqualTo(new Reply.RunsRecorded(0, 1, 0, 0));
    assertThat(facts(told(0, RandomRuns.run(8, 2))))
        .hasSize(1)
        .first()
        .isInstanceOf(RunObserved.class);
  }

  @Test
  void aRunThatIsToldOtherwiseIsCorrected() {
    story.hears(told(0, RandomRuns.run(7, 2)));
    List<Event> facts = facts(told(0, RandomRuns.run(7, 3)));
    assertThat(facts).hasSize(1);
    RunObserved corrected = (RunObserved) facts.getFirst();
    assertThat(corrected.revision()).isEqualTo(2);
    assertThat(corrected.job().value()).isEqualTo(story.machine.state().lastJobId());
    story.hears(told(0, RandomRuns.run(7, 3)));
    assertThat(facts(told(0, RandomRuns.run(7, 2)))).hasSize(1);
  }

  @Test
  void aRunThatMayHaveBeenForgottenIsNotTaken() {
    ObservedRun run = RandomRuns.run(7, 2);
    long lateMs = run.endMs() + ObservedTable.KEEP_MS;
    story.hears(told(lateMs, run));
    assertThat(facts(told(lateMs, run))).isEmpty();
    long laterMs = lateMs + 600_000;
    assertThat(facts(told(laterMs)))
        .containsExactly(new ClusterObserved(RandomRuns.CLUSTER, laterMs));
    story.hears(told(laterMs));
    assertThat(facts(told(0, run))).isEmpty();
    assertThat(story.machine.decide(told(0, run), story.nowMs).reply())
        .isEqualTo(new Reply.RunsRecorded(0, 0, 1, laterMs));
  }

  @Test
  void theHistoryNeverGoesBack() {
    story.hears(told(story.nowMs, RandomRuns.run(7, 2)));
    assertThat(facts(told(story.nowMs - 1))).isEmpty();
    assertThat(facts(told(story.nowMs + 599_999))).isEmpty();
  }

  @Test
  void aRunToldTwiceAtOnceIsRefused() {
    assertThat(
            story
                .machine
                .decide(told(0, RandomRuns.run(7, 2), RandomRuns.run(7, 2)), story.nowMs)
                .reply())
        .isInstanceOf(Reply.Rejected.class);
  }

  @Test
  void aRunThatWasToldBeforeItsResourcesWereAskedForIsNoOther() {
    ObservedRun run = RandomRuns.run(7, 2);
    RunResources all = RunResources.ofSlurm("normal", Map.of("gpu", 2L));
    story.hears(told(0, run));
    assertThat(facts(told(0, run.with(all)))).isEmpty();
    ObservedRun later = RandomRuns.run(8, 2);
    story.hears(told(0, later.with(all)));
    assertThat(facts(told(0, later.with(all)))).isEmpty();
    assertThat(facts(told(0, later.with(RunResources.ofSlurm("normal", Map.of("gpu", 1L))))))
        .hasSize(1);
  }

  /** Snapshots and books keep it from version to version. */
  private long proposed(String transaction) {
    MoneyChange refund =
        new MoneyChange.Refund(CLIMATE, 7_000, "CNY", transaction, RefundReason.GOODWILL);
    Input proposal = new Input.ProposeMoney(user("finance1"), refund, "it was slow");
    return ((Reply.Proposed) story.hears(proposal)).proposal();
  }

  private Input approval(long proposal) {
    return new Input.DecideMoney(user("finance2"), proposal, true, "seen");
  }

  @Test
  void aRefundIsOfTheChargeThatItsProposerLookedAt() {
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_000, "CNY", 0)));
    story.hears(told(0, RandomRuns.run(7, 2)));
    long job = story.machine.state().lastJobId();
    long first = proposed("capture/" + job + ".1/x");
    story.hears(told(0, RandomRuns.run(7, 3)));
    Rejection stale = story.refuses(approval(first));
    assertThat(stale.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(stale.message()).startsWith("the run was told otherwise since this was proposed");
    // However the charge is named that is about the same run, one refund of it waits.
    MoneyChange again =
        new MoneyChange.Refund(CLIMATE, 5, "CNY", "capture/" + job + ".3/x", RefundReason.GOODWILL);
    assertThat(story.refuses(new Input.ProposeMoney(user("finance1"), again, "so")).message())
        .startsWith("proposal " + first + " about the same waits");
    story.does(new Input.DecideMoney(user("finance2"), first, false, "stale"));
    long second = proposed("capture/" + job + ".3/x");
    story.does(approval(second));
    MoneyDecided decided = (MoneyDecided) story.log.getLast().event();
    assertThat(((MoneyChange.Refund) decided.change()).toldAs()).isEqualTo(2);

    long third = proposed("capture/" + job + ".3/x");
    story.hears(told(RandomRuns.run(7, 3).endMs() + ObservedTable.KEEP_MS + 600_000));
    assertThat(story.refuses(approval(third)).message())
        .startsWith("whether the run was told otherwise is not remembered");
  }

  @Test
  void theFingerprintOfARunOfWhichNothingElseIsKnownIsWhatItWas() {
    assertThat(RandomRuns.run(7, 2).fingerprint()).isEqualTo(-6839819002339156945L);
  }
}
