package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.user;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.message.Reply;

/** Charges that members of a project find wrong. */
final class DisputeStoriesTest {
  private static final String CHARGE = "capture/7.1/x";

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_000, "CNY", 0)));
  }

  private static Input open(String who, String charge) {
    return new Input.OpenDispute(user(who), CLIMATE, charge, "the node was broken");
  }

  private long opened() {
    return ((Reply.Proposed) story.hears(open("liwei", CHARGE))).proposal();
  }

  private static Input answer(String who, long dispute, long micro) {
    return new Input.AnswerDispute(
        user(who),
        dispute,
        micro,
        micro == 0 ? "" : "CNY",
        micro == 0 ? null : RefundReason.NODE_FAIL,
        "looked at it");
  }

  @Test
  void onlyMembersDisputeAndOnlyFinanceAnswersOnce() {
    assertThat(story.refuses(open("chenjie", CHARGE)).code()).isEqualTo(Code.FORBIDDEN);
    assertThat(story.refuses(open("finance1", CHARGE)).code()).isEqualTo(Code.FORBIDDEN);
    assertThat(story.refuses(open("liwei", "")).field()).isEqualTo("transaction");
    long dispute = opened();
    assertThat(dispute).isEqualTo(story.machine.state().position());
    assertThat(story.refuses(open("wangfang", CHARGE)).code()).isEqualTo(Code.CONFLICT);
    assertThat(story.refuses(answer("admin1", dispute, 0)).code()).isEqualTo(Code.FORBIDDEN);
    assertThat(story.refuses(answer("finance1", dispute, -5)).field()).isEqualTo("amountMicro");
    assertThat(story.hears(answer("finance1", dispute, 0))).isEqualTo(new Reply.Proposed(0));
    assertThat(story.refuses(answer("finance2", dispute, 0)).code()).isEqualTo(Code.NOT_FOUND);
    // Answered: the same charge may be disputed again.
    assertThat(opened()).isGreaterThan(dispute);
  }

  @Test
  void whoDisputesDoesNotAnswerAlsoAsFinance() {
    story.account("both", 1_050, CLIMATE, MemberRank.MEMBER, Role.FINANCE);
    long dispute = ((Reply.Proposed) story.hears(open("both", CHARGE))).proposal();
    assertThat(story.refuses(answer("both", dispute, 0)).code()).isEqualTo(Code.FORBIDDEN);
    assertThat(story.hears(answer("finance1", dispute, 0))).isEqualTo(new Reply.Proposed(0));
  }

  @Test
  void anUpheldDisputeIsARefundThatAnotherPersonApproves() {
    long dispute = opened();
    Reply reply = story.hears(answer("finance1", dispute, 7_000));
    long proposal = ((Reply.Proposed) reply).proposal();
    assertThat(proposal).isEqualTo(story.machine.state().position());
    MoneyChange refund =
        new MoneyChange.Refund(
            CLIMATE, 7_000, "CNY", CHARGE, RefundReason.NODE_FAIL, dispute, user("liwei"));
    assertThat(story.log.subList(story.log.size() - 2, story.log.size()))
        .extracting(each -> each.event())
        .containsExactly(
            new DisputeAnswered(dispute, proposal, "looked at it"),
            new MoneyProposed(proposal, refund, "looked at it"));
    Input own = new Input.DecideMoney(user("finance1"), proposal, true, "mine");
    assertThat(story.refuses(own).code()).isEqualTo(Code.FORBIDDEN);
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
    assertThat(story.machine.image().money().disputes()).isEmpty();
    assertThat(story.machine.image().money().proposals()).isEmpty();
  }

  @Test
  void whoDisputesAChargeDoesNotApproveItsRefund() {
    // In no project any more when it is decided, and still the one who disputes.
    story.account("both", 1_050, CLIMATE, MemberRank.MEMBER, Role.FINANCE);
    long dispute = ((Reply.Proposed) story.hears(open("both", CHARGE))).proposal();
    Reply reply = story.hears(answer("finance1", dispute, 7_000));
    long proposal = ((Reply.Proposed) reply).proposal();
    story.does(
        new Input.RemoveMembership(OWNER, new MembershipRemoved(CLIMATE, new UserName("both"))));
    Input own = new Input.DecideMoney(user("both"), proposal, true, "mine");
    assertThat(story.refuses(own).message())
        .isEqualTo(
            "who disputes a charge does not approve its refund: another person of finance must");
    story.doesOneFact(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
  }

  @Test
  void aChargeIsNotDisputedAgainWhileItsRefundWaits() {
    long dispute = opened();
    long proposal = ((Reply.Proposed) story.hears(answer("finance1", dispute, 7_000))).proposal();
    Rejection again = story.refuses(open("wangfang", CHARGE));
    assertThat(again.code()).isEqualTo(Code.CONFLICT);
    assertThat(again.message())
        .isEqualTo("proposal " + proposal + " is a refund of the same that waits");
    story.does(new Input.DecideMoney(user("finance2"), proposal, false, "too much"));
    assertThat(opened()).isGreaterThan(proposal);
  }

  /** At its end a rule may give back all that it cost. */
  @Test
  void nothingIsGivenBackOfARunThatGoesOnUntilItHasEnded() {
    story.node("cn1", 4);
    JobId job = story.submits("liwei");
    story.plans();
    story.starts(job);
    String charge = "capture/" + story.run(job) + "/2026-10-01/1";
    MoneyChange refund =
        new MoneyChange.Refund(CLIMATE, 7_000, "CNY", charge, RefundReason.GOODWILL);
    Input byName = new Input.ProposeMoney(user("finance1"), refund, "the node was broken");
    String waits =
        "run "
            + story.run(job)
            + " goes on: wait for its end, which posts what a rule gives back"
            + " of it";
    Rejection refused = story.refuses(byName);
    assertThat(refused.code()).isEqualTo(Code.CONFLICT);
    assertThat(refused.field()).isEqualTo("transaction");
    assertThat(refused.message()).isEqualTo(waits);
    long dispute = ((Reply.Proposed) story.hears(open("liwei", charge))).proposal();
    assertThat(story.refuses(answer("finance1", dispute, 7_000)).message()).isEqualTo(waits);
    // Another run of the job, or one that nobody knows here any more, is over.
    String other = "capture/" + job + ".9/2026-10-01/1";
    MoneyChange ofOther =
        new MoneyChange.Refund(CLIMATE, 7_000, "CNY", other, RefundReason.GOODWILL);
    story.hears(new Input.ProposeMoney(user("finance1"), ofOther, "the node was broken"));
    story.after(60_000).exits(job, 0);
    assertThat(((Reply.Proposed) story.hears(answer("finance1", dispute, 7_000))).proposal())
        .isPositive();
    story.hears(byName);
  }

  @Test
  void aDisputeThatWaitsIsInTheSnapshotAndInTheDigest() {
    long dispute = opened();
    ClusterImage image = story.machine.image();
    SchedulerMachine again = SchedulerMachine.from(image);
    assertThat(again.image()).isEqualTo(image);
    assertThat(again.digest()).isEqualTo(story.machine.digest());
    // The same moment and position: the dispute alone makes the difference.
    assertThat(image.money().budgets()).isEmpty();
    assertThat(SchedulerMachine.from(image.with(MoneyImage.NONE)).digest())
        .isNotEqualTo(again.digest());
    assertThat(again.image().money().disputes())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.id()).isEqualTo(dispute);
          assertThat(each.by()).isEqualTo(user("liwei"));
          assertThat(each.transaction()).isEqualTo(CHARGE);
        });
  }

  private static Input see(String who, String reason, RunId... runs) {
    return new Input.SeeLostRuns(user(who), List.of(runs), reason);
  }

  @Test
  void financeAloneMarksLostRunsAsLookedAt() {
    RunId first = new RunId(new JobId(7), 1);
    RunId second = new RunId(new JobId(8), 2);
    assertThat(story.refuses(see("liwei", "so it was", first)).code()).isEqualTo(Code.FORBIDDEN);
    assertThat(story.refuses(see("finance2", "", first)).field()).isEqualTo("reason");
    assertThat(story.refuses(see("finance2", "so it was")).field()).isEqualTo("runs");
    assertThat(story.refuses(see("finance2", "so it was", first, first)).field()).isEqualTo("runs");
    RunId[] many = new RunId[LostRunsSeen.MOST_RUNS + 1];
    Arrays.setAll(many, i -> new RunId(new JobId(i + 1), 1));
    assertThat(story.refuses(see("finance2", "so it was", many)).field()).isEqualTo("runs");
    story.does(see("finance2", "so it was", first, second));
    assertThat(story.log.getLast().event())
        .isEqualTo(new LostRunsSeen(List.of(first, second), "so it was"));
  }
}
