package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.contract.job.JobState.SUSPENDED;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.check.InvariantChecks;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;

/** Runs that are stopped to make room and go on when their cores are free again. */
final class PreemptSuspendStoriesTest {
  private static final QosName LOW = new QosName("low");
  private static final QosName MIDDLE = new QosName("middle");
  private static final QosName URGENT = new QosName("urgent");
  private static final long MIB = 1L << 20;

  private SchedulerStory story;

  @BeforeEach
  void aSiteWhereLowJobsAreSuspended() {
    story = SchedulerStory.site();
    low(PreemptMode.SUSPEND, 0);
    define(
        new QosDefined(
            MIDDLE, "Middle", 5, List.of(LOW), new PreemptRules(PreemptMode.SUSPEND, 0, 0)));
    define(new QosDefined(URGENT, "Urgent", 10, List.of(LOW, MIDDLE)));
  }

  private void define(QosDefined qos) {
    story.does(new Input.DefineQos(OWNER, qos));
  }

  private void low(PreemptMode mode, long exemptMs) {
    define(new QosDefined(LOW, "Low", 0, List.of(), new PreemptRules(mode, 0, exemptMs)));
  }

  private void node(String name) {
    story.says(node(name, "boot-1"));
  }

  private static NodeFacts node(String name, String boot) {
    return facts(name, boot, 4, 4 * GIB).suspending();
  }

  private static JobRequest.Builder request(QosName qos, int cores) {
    return script().cpusPerTask(cores).memBytes(100 * MIB).limitMs(HOUR_MS).qos(qos);
  }

  private JobId waits(QosName qos, int cores) {
    return story.submits("liwei", request(qos, cores));
  }

  private JobId runs(QosName qos, int cores) {
    JobId job = waits(qos, cores);
    plansAll();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    story.starts(job);
    return job;
  }

  private void plansAll() {
    for (int i = 0; i < 10; i++) {
      story.plans();
    }
    assertThat(InvariantChecks.of(story.machine)).isEmpty();
  }

  /** The node says what was asked for last. */
  private void obeys(JobId job) {
    story.after(1);
    story.does(report(job, story.job(job).suspension().askedMs()));
  }

  private Input.RunSuspended report(JobId job, long askedMs) {
    return new Input.RunSuspended(
        story.node(job),
        story.run(job),
        story.job(job).suspension().wanted(),
        story.nowMs,
        askedMs);
  }

  private Suspending desired(JobId job) {
    return story.desired(story.node(job).value()).stream()
        .filter(each -> each.run().equals(story.run(job)))
        .findFirst()
        .orElseThrow()
        .suspending();
  }

  private void restarts() {
    byte[] before = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(before);
  }

  /** A low job that is stopped on n1 and an urgent one that runs on its cores. */
  private JobId[] suspended(int lowCores, int urgentCores) {
    node("n1");
    JobId low = runs(LOW, lowCores);
    JobId urgent = waits(URGENT, urgentCores);
    plansAll();
    obeys(low);
    plansAll();
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    return new JobId[] {low, urgent};
  }

  @Test
  void aLowRunIsStoppedAndGoesOnAfterTheUrgentOne() {
    node("n1");
    JobId low = runs(LOW, 4);
    story.after(10_000);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(desired(low)).isEqualTo(Suspending.SUSPEND);
    assertThat(story.state(low)).isEqualTo(RUNNING);
    assertThat(story.state(urgent)).as("before the node has said so").isEqualTo(PENDING);
    restarts();
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    obeys(low);
    restarts();
    plansAll();
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    assertThat(story.job(urgent).allocations().getFirst().cores())
        .isEqualTo(story.job(low).allocations().getFirst().cores());
    story.after(60_000);
    restarts();
    story.exits(urgent, 0);
    restarts();
    plansAll();
    assertThat(desired(low)).isEqualTo(Suspending.RESUME);
    obeys(low);
    assertThat(story.state(low)).isEqualTo(RUNNING);
    story.after(20_000).exits(low, 0);
    assertThat(story.state(low)).isEqualTo(COMPLETED);
    assertThat(story.job(low).suspendedMs(story.nowMs)).isEqualTo(60_001);
    restarts();
    assertThat(story.job(low).preemptedBy()).isEqualTo(urgent);
    assertThat(story.job(urgent).preemptedBy()).isNull();
  }

  @Test
  void aStopThatAnswersAnEarlierWishGivesNoCoresAway() {
    node("n1");
    JobId low = runs(LOW, 4);
    story.does(new Input.SuspendJob(user("admin1"), low));
    long first = story.job(low).suspension().askedMs();
    story.after(1000).does(new Input.ResumeJob(user("admin1"), low));
    JobId urgent = waits(URGENT, 4);
    story.after(1000);
    plansAll();
    assertThat(story.job(low).suspension().wanted()).isTrue();
    story.after(1000).doesWithoutFacts(report(low, first));
    story.doesWithoutFacts(report(low, 0));
    assertThat(story.state(low)).isEqualTo(RUNNING);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    obeys(low);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void memoryStaysWithTheStoppedRunSoWhoNeedsItGetsNothingByStoppingIt() {
    node("n1");
    JobId low = story.submits("liwei", request(LOW, 4).memBytes(3 * GIB));
    plansAll();
    JobId urgent = story.submits("liwei", request(URGENT, 1).memBytes(2 * GIB));
    plansAll();
    assertThat(story.state(low)).isEqualTo(RUNNING);
    assertThat(story.job(low).suspension()).isNull();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    JobId small = story.submits("liwei", request(URGENT, 1).memBytes(GIB));
    plansAll();
    // It waits behind one of its own kind that has no way, so nobody is pushed aside for it.
    assertThat(story.state(small)).isEqualTo(PENDING);
    story.does(new Input.CancelJob(user("liwei"), urgent));
    plansAll();
    obeys(low);
    plansAll();
    assertThat(story.state(small)).isEqualTo(RUNNING);
  }

  @Test
  void whatTheUrgentJobLeavesOfTheCoresIsKeptForTheStoppedRun() {
    JobId[] both = suspended(4, 2);
    JobId other = waits(null, 1);
    JobId low = waits(LOW, 1);
    plansAll();
    assertThat(List.of(story.state(other), story.state(low))).containsOnly(PENDING);
    story.does(new Input.CancelJob(user("liwei"), other));
    JobId more = waits(URGENT, 2);
    plansAll();
    assertThat(story.state(more)).as("whoever may push it aside, too").isEqualTo(RUNNING);
    story.exits(both[1], 0);
    plansAll();
    assertThat(desired(both[0])).isEqualTo(Suspending.SUSPEND);
    assertThat(story.state(low)).isEqualTo(PENDING);
    story.exits(more, 0);
    plansAll();
    assertThat(desired(both[0])).isEqualTo(Suspending.RESUME);
    assertThat(story.state(low)).isEqualTo(PENDING);
  }

  @Test
  void theLastStoppedGoesOnFirst() {
    JobId[] both = new JobId[2];
    node("n1");
    both[0] = runs(LOW, 4);
    both[1] = waits(MIDDLE, 4);
    plansAll();
    obeys(both[0]);
    plansAll();
    JobId urgent = waits(URGENT, 4);
    story.after(5);
    plansAll();
    obeys(both[1]);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    assertThat(List.of(story.state(both[0]), story.state(both[1]))).containsOnly(SUSPENDED);
    restarts();
    story.exits(urgent, 0);
    plansAll();
    assertThat(desired(both[1])).isEqualTo(Suspending.RESUME);
    assertThat(desired(both[0])).isEqualTo(Suspending.SUSPEND);
    obeys(both[1]);
    story.exits(both[1], 0);
    plansAll();
    assertThat(desired(both[0])).isEqualTo(Suspending.RESUME);
  }

  @Test
  void anotherUrgentJobThatWaitsGoesBeforeTheStoppedRunAndAnOrdinaryOneDoesNot() {
    JobId[] both = suspended(4, 4);
    JobId ordinary = waits(null, 4);
    JobId next = waits(URGENT, 4);
    plansAll();
    story.exits(both[1], 0);
    plansAll();
    assertThat(story.state(next))
        .as("it waits behind one that it does not outrank")
        .isEqualTo(PENDING);
    assertThat(desired(both[0])).isEqualTo(Suspending.RESUME);
    story.does(new Input.CancelJob(user("liwei"), ordinary));
    story.does(new Input.CancelJob(user("liwei"), next));
    obeys(both[0]);
    JobId first = waits(URGENT, 4);
    story.after(5);
    plansAll();
    obeys(both[0]);
    plansAll();
    JobId second = waits(URGENT, 4);
    plansAll();
    story.exits(first, 0);
    plansAll();
    assertThat(story.state(second)).isEqualTo(RUNNING);
    assertThat(story.state(both[0])).isEqualTo(SUSPENDED);
    assertThat(desired(both[0])).isEqualTo(Suspending.SUSPEND);
  }

  @Test
  void nothingIsStoppedLongerThanTheUrgentJobWaits() {
    node("n1");
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    story.does(new Input.CancelJob(user("liwei"), urgent));
    plansAll();
    assertThat(desired(low)).as("before it was stopped").isEqualTo(Suspending.RESUME);
    assertThat(story.job(low).preemption().suspends()).isFalse();
    // A stop that was under way is told, and does not make room.
    story
        .after(5)
        .does(new Input.RunSuspended(story.node(low), story.run(low), true, story.nowMs, 0));
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    assertThat(story.job(low).preemption().yields()).isFalse();
    obeys(low);
    assertThat(story.state(low)).isEqualTo(RUNNING);
    JobId again = waits(URGENT, 4);
    story.after(5);
    plansAll();
    obeys(low);
    assertThat(story.job(low).preemption().yields()).isTrue();
    story.does(new Input.HoldJob(user("liwei"), again));
    plansAll();
    assertThat(desired(low)).as("the other is held").isEqualTo(Suspending.RESUME);
  }

  @Test
  void anAdministratorIsToldWhomAStoppedRunMakesRoomFor() {
    JobId[] both = suspended(4, 4);
    for (Input each :
        List.<Input>of(
            new Input.SuspendJob(user("admin1"), both[0]),
            new Input.ResumeJob(user("admin1"), both[0]))) {
      Rejection refused = story.refuses(each);
      assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
      assertThat(refused.message())
          .startsWith("job 1 is suspended for job " + both[1] + " already: ");
    }
    story.does(new Input.SuspendJob(user("admin1"), both[1]));
    obeys(both[1]);
    plansAll();
    assertThat(story.state(both[1])).as("it keeps its cores").isEqualTo(SUSPENDED);
    assertThat(desired(both[0])).isEqualTo(Suspending.SUSPEND);
  }

  @Test
  void aRunThatAnAdministratorStopsIsNotPushedAside() {
    node("n1");
    JobId low = runs(LOW, 4);
    story.does(new Input.SuspendJob(user("admin1"), low));
    JobId urgent = waits(URGENT, 4);
    story.after(5);
    plansAll();
    assertThat(story.job(low).preemption().suspends()).isFalse();
    obeys(low);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    assertThat(story.job(low).preemption().yields()).isFalse();
  }

  @Test
  void aStoppedRunThatIsCancelledIsKilledAtOnceAndWakesOnNobodysCores() {
    JobId[] both = suspended(4, 4);
    story.does(new Input.CancelJob(user("liwei"), both[0]));
    assertThat(story.state(both[0])).isEqualTo(COMPLETING);
    assertThat(story.desired("n1").getFirst().stop()).isTrue();
    assertThat(story.desired("n1").getFirst().graceMs()).isZero();
    restarts();
    story.exits(both[0], 137);
    assertThat(story.state(both[0])).isEqualTo(CANCELLED);
    restarts();
    plansAll();
    JobId other = waits(null, 1);
    plansAll();
    assertThat(story.state(other)).isEqualTo(PENDING);
    story.exits(both[1], 0);
    plansAll();
    assertThat(story.state(other)).isEqualTo(RUNNING);
  }

  @Test
  void oneThatIsRequeuedWaitsAndRunsAgainFromItsBeginning() {
    JobId[] both = suspended(4, 4);
    story.does(new Input.RequeueJob(user("liwei"), both[0], null));
    story.exits(both[0], 137);
    assertThat(story.log.getLast().event()).isInstanceOf(JobRequeued.class);
    assertThat(story.state(both[0])).isEqualTo(PENDING);
    story.exits(both[1], 0);
    plansAll();
    assertThat(story.job(both[0]).attempt()).isEqualTo(2);
  }

  @Test
  void oneThatIsCancelledBeforeItStoppedMakesRoomByItsEnd() {
    node("n1");
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    story.does(new Input.CancelJob(user("liwei"), low));
    assertThat(story.desired("n1").getFirst().graceMs()).isEqualTo(30_000);
    plansAll();
    story.exits(low, 0);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void aNodeThatStartsAnewEndsBothAndADrainedOneLetsTheStoppedRunGoOn() {
    JobId[] both = suspended(4, 4);
    story.does(new Input.DrainNode(user("admin1"), new NodeName("n1"), "fan"));
    plansAll();
    story.exits(both[1], 0);
    plansAll();
    assertThat(desired(both[0])).isEqualTo(Suspending.RESUME);
    obeys(both[0]);
    assertThat(story.state(both[0])).isEqualTo(RUNNING);
    story.does(new Input.ResumeNode(user("admin1"), new NodeName("n1")));
    JobId urgent = waits(URGENT, 4);
    story.after(5);
    plansAll();
    obeys(both[0]);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    story.says(node("n1", "boot-2"));
    assertThat(List.of(story.state(both[0]), story.state(urgent))).containsOnly(PENDING);
    plansAll();
    assertThat(story.job(both[0]).attempt()).isEqualTo(2);
    assertThat(story.state(both[0])).isEqualTo(RUNNING);
  }

  @Test
  void asFewAsNeededAndTheYoungestAreStoppedAndOnesOfAnOlderNodeAreNot() {
    node("n1");
    JobId old = runs(LOW, 2);
    story.after(1000);
    JobId young = runs(LOW, 1);
    JobId younger = runs(LOW, 1);
    waits(URGENT, 1);
    plansAll();
    assertThat(desired(younger)).isEqualTo(Suspending.SUSPEND);
    assertThat(List.of(desired(old), desired(young))).containsOnly(Suspending.NONE);
    story = SchedulerStory.site();
    aSiteWhereLowJobsAreSuspended();
    story.node("n1", 4);
    JobId there = runs(LOW, 4);
    waits(URGENT, 1);
    plansAll();
    assertThat(story.job(there).suspension()).isNull();
  }

  @Test
  void aRunIsExemptForAWhile() {
    low(PreemptMode.SUSPEND, 60_000);
    node("n1");
    JobId low = runs(LOW, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(story.job(low).suspension()).isNull();
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + 60_000);
    story.after(60_000).ticks();
    plansAll();
    assertThat(desired(low)).isEqualTo(Suspending.SUSPEND);
  }

  @Test
  void aJobOnSeveralNodesIsMadeRoomForByRunsOfAllOfThemAtOnce() {
    node("n1");
    node("n2");
    JobId one = runs(LOW, 4);
    JobId two = runs(LOW, 4);
    JobId wide =
        story.submits(
            "liwei",
            script().nodes(2).tasks(2).cpusPerTask(3).memBytes(MIB).limitMs(HOUR_MS).qos(URGENT));
    plansAll();
    obeys(one);
    plansAll();
    assertThat(story.state(wide)).isEqualTo(PENDING);
    assertThat(desired(one)).as("it waits for the other").isEqualTo(Suspending.SUSPEND);
    obeys(two);
    plansAll();
    assertThat(story.state(wide)).isEqualTo(RUNNING);
    story.exits(wide, 0);
    plansAll();
    assertThat(List.of(desired(one), desired(two))).containsOnly(Suspending.RESUME);
  }

  /** It counts on what is free beside what is to stop for it. */
  @Test
  void nobodyTakesWithStoppedCoresWhatIsFreeForOneThatRoomIsStillMadeFor() {
    suspended(4, 2);
    node("n2");
    JobId low = runs(LOW, 2);
    JobId first = waits(URGENT, 3);
    plansAll();
    assertThat(desired(low)).isEqualTo(Suspending.SUSPEND);
    JobId wide = story.submits("liwei", request(URGENT, 2).nodes(2).tasks(2));
    plansAll();
    assertThat(story.state(wide)).as("it leaves the first one core of n2").isEqualTo(PENDING);
    JobId narrow = story.submits("liwei", request(URGENT, 1).nodes(2).tasks(2));
    story.does(new Input.CancelJob(user("liwei"), wide));
    plansAll();
    assertThat(story.state(narrow)).as("one core of n2 is nobody's").isEqualTo(RUNNING);
    assertThat(story.state(first)).isEqualTo(PENDING);
    obeys(low);
    plansAll();
    assertThat(story.state(first)).isEqualTo(RUNNING);
    assertThat(story.node(first).value()).isEqualTo("n2");
  }

  @Test
  void whoMayHaveFewerNodesThanWereMadeFreeForItTakesTheMostThatItsLimitLeaves() {
    for (String name : List.of("n1", "n2", "n3")) {
      node(name);
    }
    story.does(
        new Input.SetRules(
            OWNER,
            new RulesSet(
                new Subject.Qos(URGENT),
                new Rules(
                    1,
                    null,
                    List.of(),
                    null,
                    0,
                    List.of(new Limit(LimitScope.GROUP, Quantity.NODES, "", 2))))));
    List<JobId> lows = List.of(runs(LOW, 4), runs(LOW, 4), runs(LOW, 4));
    JobId urgent =
        story.submits(
            "liwei",
            request(URGENT, 1)
                .nodes(1)
                .tasks(4)
                .placement(JobPlacement.builder().maxNodes(3).build()));
    plansAll();
    assertThat(lows).allMatch(each -> desired(each) == Suspending.SUSPEND);
    lows.forEach(this::obeys);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    assertThat(story.job(urgent).allocations())
        .as("four tasks over two nodes")
        .extracting(each -> each.cores().size())
        .containsExactly(2, 2);
    assertThat(lows)
        .as("who is not needed goes on")
        .extracting(this::desired)
        .containsExactlyInAnyOrder(Suspending.SUSPEND, Suspending.SUSPEND, Suspending.RESUME);
  }

  @Test
  void roomIsMadeForTasksOfAnArray() {
    node("n1");
    JobId low = runs(LOW, 4);
    JobId array = story.submits("liwei", request(URGENT, 2).array("0-3"));
    plansAll();
    obeys(low);
    plansAll();
    assertThat(story.machine.image().jobs().stream().filter(each -> each.state() == RUNNING))
        .hasSize(2)
        .allMatch(each -> each.task().array().equals(array));
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
  }

  @Test
  void aGraceTimeForRunsThatAreNotToldToEndIsRefused() {
    Rejection refused =
        story.refuses(
            new Input.DefineQos(
                OWNER,
                new QosDefined(
                    LOW, "Low", 0, List.of(), new PreemptRules(PreemptMode.SUSPEND, 1000, 0))));
    assertThat(refused.field()).isEqualTo("graceMs");
    assertThat(refused.message()).contains("not told to end").contains("1000");
  }

  @Test
  void bothSidesAreExplained() {
    JobId[] both = suspended(4, 4);
    assertThat(words(both[0]))
        .contains("It is suspended for job " + both[1])
        .contains("waits to resume until that has ended");
    assertThat(words(both[1])).doesNotContain("suspended");
  }

  private String words(JobId job) {
    return ExplanationText.past(story.job(job), story.nowMs);
  }

  @Test
  void theWishIsInTheLogWithWhomItIsFor() {
    node("n1");
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    story.plans();
    assertThat(story.log.getLast().event())
        .isEqualTo(new JobSuspendRequested(story.run(low), true, urgent, 1));
  }

  /** Whoever needs the memory of those that would be suspended waits for that, and is told so. */
  @Test
  void anExplanationSaysThatWhoIsSuspendedKeepsTheMemory() {
    node("n1");
    JobId low = story.submits("liwei", request(LOW, 4).memBytes(3 * GIB));
    plansAll();
    story.starts(low);
    JobId urgent = story.submits("liwei", request(URGENT, 4).memBytes(2 * GIB));
    plansAll();
    assertThat(story.state(low)).isEqualTo(RUNNING);
    assertThat(story.explained(urgent))
        .contains(
            "It may push aside 1 run there, but who is suspended keeps all but its cores: it would"
                + " still lack memory on 1 node.")
        .doesNotContain("outranks", "exempt");
    JobId byCores = story.submits("liwei", request(URGENT, 4).memBytes(0L));
    plansAll();
    assertThat(story.explained(byCores)).contains("it would still lack memory on 1 node.");
    low(PreemptMode.REQUEUE, 0);
    assertThat(story.explained(urgent)).doesNotContain("keeps all but its cores");
  }

  @Test
  void anExplanationNamesOnlyTheConditionsThatAreNotMet() {
    node("n1");
    low(PreemptMode.SUSPEND, 60_000);
    runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(story.explained(urgent))
        .contains("that it may push aside, once 1 of them is not exempt any more.")
        .doesNotContain("outranks");
    JobId second = waits(URGENT, 4);
    plansAll();
    assertThat(story.explained(second))
        .contains("once it outranks all that wait before it and 1 of them is not exempt any more.");
  }
}
