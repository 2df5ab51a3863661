package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.snapshot.PayersImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;

/** One wallet pays for the runs of several projects. */
final class PayerStoriesTest {
  /** A core-hour costs one unit of the currency. */
  private static final long UNIT = 1_000_000;

  private static final ProjectName OCEAN = new ProjectName("ocean");

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
  }

  private static MoneyChange paid(ProjectName project, ProjectName payer, long fromMs) {
    return new MoneyChange.ProjectPayer(project, payer, fromMs);
  }

  private void told(ProjectName project, long balanceMicro) {
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(
          new Input.TellBudgets(List.of(new BudgetTold(project, balanceMicro, "CNY", asOf))));
    }
  }

  private static JobRequest.Builder hours(int cores, int hours) {
    return script().cpusPerTask(cores).limitMs(hours * HOUR_MS);
  }

  private long availableMicro(ProjectName project) {
    return story.machine.state().wallet(project).orElseThrow().availableMicro();
  }

  /** Who pays, of each start in the order of the log; an own wallet is null. */
  private List<ProjectName> payers() {
    return story.log.stream()
        .filter(each -> each.event() instanceof JobAllocated)
        .map(each -> ((JobAllocated) each.event()).payer())
        .toList();
  }

  private void isKept() {
    byte[] digest = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(digest);
  }

  @Test
  void twoProjectsRaceForTheLastCoreHourOfOneWalletAndOneStarts() {
    told(CLIMATE, UNIT);
    story.agreed(paid(MATERIALS, CLIMATE, 0));
    JobId first = story.submits("chenjie", hours(1, 1));
    JobId second = story.submits("liwei", hours(1, 1));
    JobId third = story.submits("chenjie", hours(2, 1));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(second)).isEqualTo(JobState.PENDING);
    assertThat(availableMicro(CLIMATE)).isZero();
    assertThat(payers()).containsExactly(CLIMATE);
    assertThat(story.machine.state().pendingWhy(second).sentence())
        .isEqualTo(
            "this job may cost 1 CNY; the wallet of project climate has 0 CNY left for starts, by"
                + " what the ledger said at "
                + story.nowMs);
    assertThat(story.machine.state().pendingWhy(third).sentence())
        .isEqualTo(
            "this job may cost 2 CNY; the wallet of project climate, which pays for project"
                + " materials, has 0 CNY left for starts, which is 2 CNY too little, by what the"
                + " ledger said at "
                + story.nowMs);
    isKept();
    // The run costs half: what it gives back is there for whoever is next, of either project.
    story.after(HOUR_MS / 2).exits(first, 0);
    // As long as the ledger has not said it, two micro-units less: lines may round.
    assertThat(availableMicro(CLIMATE)).isEqualTo(UNIT / 2 - 2);
    told(CLIMATE, 3 * UNIT);
    assertThat(story.plans()).isEqualTo(2);
    assertThat(availableMicro(CLIMATE)).isZero();
    isKept();
  }

  @Test
  void theOwnWalletIsNotAskedWhileAnotherPays() {
    told(CLIMATE, UNIT);
    told(MATERIALS, 50 * UNIT);
    story.agreed(paid(MATERIALS, CLIMATE, 0));
    JobId large = story.submits("chenjie", hours(4, 1));
    assertThat(story.plans()).isZero();
    story.agreed(paid(MATERIALS, null, 0));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(large)).isEqualTo(JobState.RUNNING);
    assertThat(availableMicro(CLIMATE)).isEqualTo(UNIT);
    assertThat(availableMicro(MATERIALS)).isEqualTo(46 * UNIT);
  }

  @Test
  void aRunIsPaidToItsEndByWhoPaidAtItsStart() {
    told(CLIMATE, 10 * UNIT);
    told(MATERIALS, 10 * UNIT);
    story.agreed(paid(MATERIALS, CLIMATE, 0));
    JobId job = story.submits("chenjie", hours(4, 1));
    story.plans();
    assertThat(availableMicro(CLIMATE)).isEqualTo(6 * UNIT);
    story.agreed(paid(MATERIALS, null, 0));
    isKept();
    JobChange longer =
        new JobChange(
            new TreeSet<>(List.of("limitMs")), script().limitMs(2 * HOUR_MS).build(), null);
    story.does(new Input.ChangeJob(user("admin1"), job, longer, null));
    assertThat(availableMicro(CLIMATE)).isEqualTo(2 * UNIT);
    assertThat(availableMicro(MATERIALS)).isEqualTo(10 * UNIT);
    assertThat(story.machine.image().money().payers().runs())
        .extracting(PayersImage.PaidRun::payer)
        .containsExactly(CLIMATE);
    JobId next = story.submits("chenjie", hours(2, 1));
    story.plans();
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
    assertThat(payers()).containsExactly(CLIMATE, null);
    assertThat(availableMicro(MATERIALS)).isEqualTo(8 * UNIT);
    story.after(HOUR_MS).exits(job, 0);
    assertThat(availableMicro(CLIMATE)).isEqualTo(6 * UNIT - 2);
    assertThat(availableMicro(MATERIALS)).isEqualTo(8 * UNIT);
    assertThat(story.machine.image().money().payers().runs()).isEmpty();
    isKept();
  }

  @Test
  void whoWaitsForAnEmptyWalletStartsWhenAnotherPaysWithoutAnyFact() {
    told(CLIMATE, 10 * UNIT);
    told(MATERIALS, 0);
    long fromMs = story.nowMs + HOUR_MS;
    story.agreed(paid(MATERIALS, CLIMATE, fromMs));
    JobId job = story.submits("chenjie", hours(1, 1));
    assertThat(story.plans()).isZero();
    for (int wakes = 0; story.state(job) == JobState.PENDING && wakes < 100; wakes++) {
      story.nowMs = story.machine.state().nextDeadlineMs().orElseThrow();
      story.ticks();
      story.plans();
    }
    assertThat(story.nowMs).isEqualTo(fromMs);
    assertThat(payers()).containsExactly(CLIMATE);
  }

  @Test
  void thereAreNoChains() {
    story.project(OCEAN);
    long laterMs = story.nowMs + 10 * HOUR_MS;
    story.agreed(paid(MATERIALS, CLIMATE, laterMs));
    assertThat(refused(paid(CLIMATE, OCEAN, 0)))
        .isEqualTo("project climate pays for project materials: who pays for others gets no payer");
    assertThat(refused(paid(OCEAN, MATERIALS, 0)))
        .isEqualTo("project materials is paid for by project climate: a payer has no payer");
    assertThat(refused(paid(OCEAN, OCEAN, 0)))
        .isEqualTo("project ocean pays for itself without a payer: leave it out");
    assertThat(refused(paid(OCEAN, new ProjectName("nobody"), 0)))
        .isEqualTo("there is no project nobody");
    assertThat(refused(paid(new ProjectName("nobody"), OCEAN, 0)))
        .isEqualTo("there is no project nobody");
    assertThat(refused(paid(OCEAN, CLIMATE, story.nowMs - 1)))
        .startsWith("a payer cannot begin in the past");
    // Two that wait are each right alone: the second is looked at again when it is approved.
    long one = story.proposed(paid(OCEAN, CLIMATE, 0));
    story.agreed(paid(MATERIALS, null, laterMs));
    long two = story.proposed(paid(CLIMATE, MATERIALS, 0));
    story.does(new Input.DecideMoney(user("finance2"), one, true, "seen"));
    assertThat(story.refuses(new Input.DecideMoney(user("finance2"), two, true, "seen")).message())
        .isEqualTo("project climate pays for project ocean: who pays for others gets no payer");
    isKept();
  }

  private String refused(MoneyChange change) {
    return story.refuses(new Input.ProposeMoney(user("finance1"), change, "as agreed")).message();
  }

  @Test
  void whoBelongsToEitherProjectDoesNotApproveIt() {
    story.account("ofpayer", 1_060, CLIMATE, MemberRank.MEMBER, Role.FINANCE);
    story.account("ofpaid", 1_061, MATERIALS, MemberRank.MEMBER, Role.FINANCE);
    long proposal = story.proposed(paid(MATERIALS, CLIMATE, 0));
    for (String who : List.of("ofpayer", "ofpaid")) {
      assertThat(story.refuses(new Input.DecideMoney(user(who), proposal, true, "mine")).message())
          .contains("does not approve what changes its money");
    }
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
    // Money for a run of the one may go back to the wallet of the other.
    long refund =
        story.proposed(
            new MoneyChange.Refund(MATERIALS, UNIT, "CNY", "capture/7.1/x", RefundReason.GOODWILL));
    assertThat(
            story.refuses(new Input.DecideMoney(user("ofpayer"), refund, true, "mine")).message())
        .startsWith("who belongs to project climate does not approve");
  }

  @Test
  void aQuoteSaysWhatIsLeftInTheWalletThatPays() {
    told(CLIMATE, 7 * UNIT);
    story.does(new Input.SetCreditLine(OWNER, new CreditLineSet(MATERIALS, UNIT, "CNY", "r")));
    assertThat(story.machine.state().walletFor(MATERIALS).orElseThrow().availableMicro()).isZero();
    story.agreed(paid(MATERIALS, CLIMATE, 0));
    assertThat(story.machine.state().walletFor(MATERIALS).orElseThrow().availableMicro())
        .isEqualTo(7 * UNIT);
  }
}
