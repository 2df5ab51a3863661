package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.plan.SliceBounds;

/** The site says by which policy its cluster is planned. */
final class SchedulingStoriesTest {
  private SchedulerStory story = SchedulerStory.site();

  private JobRequest.Builder cores(int cores) {
    return SchedulerStory.script().cpusPerTask(cores);
  }

  private static JobRequest.Builder nice(int nice, JobRequest.Builder request) {
    return request.terms(TermsRequest.NONE.withNice(nice));
  }

  private void policy(String name, int reservations) {
    story.does(
        new Input.DefineScheduling(
            SchedulerStory.OWNER, new SchedulingDefined(name, reservations)));
  }

  @Test
  void whatWasPromisedToTheSecondIsKeptThoughAJobOfMorePriorityComes() {
    policy("default", 2);
    story.node("n1", 8);
    JobId running = story.submits("liwei", cores(6).limitMs(4 * HOUR_MS));
    story.plans();
    JobId first = story.submits("liwei", nice(10, cores(8).limitMs(HOUR_MS)));
    JobId second = story.submits("liwei", nice(10, cores(8).limitMs(2 * HOUR_MS)));
    JobId behind = story.submits("liwei", nice(20, cores(1).limitMs(3 * HOUR_MS)));
    story.plans();
    assertThat(story.job(behind).state()).as("it is in nobody's way").isEqualTo(RUNNING);
    long promisedMs = story.job(second).promisedMs();
    assertThat(promisedMs).isEqualTo(story.nowMs + 5 * HOUR_MS);
    JobId urgent = story.submits("wangfang", cores(8).limitMs(20 * HOUR_MS));
    story.plans();
    assertThat(story.job(urgent).promisedMs()).as("two promises stand").isZero();
    story.after(HOUR_MS);
    story.exits(running, 0);
    story.exits(behind, 0);
    story.plans();
    assertThat(story.job(first).state()).isEqualTo(RUNNING);
    story.after(HOUR_MS / 2);
    story.exits(first, 0);
    story.plans();
    assertThat(story.job(second).state()).isEqualTo(RUNNING);
    assertThat(story.job(second).startMs()).isLessThan(promisedMs);
  }

  @Test
  void nobodyOvertakesUntilThePolicyAllowsIt() {
    policy("fcfs", 1);
    story.node("n1", 4);
    story.submits("liwei", cores(3));
    story.plans();
    story.submits("liwei", cores(4));
    JobId small = story.submits("liwei", cores(1));
    assertThat(story.plans()).isZero();
    assertThat(story.state(small)).isEqualTo(PENDING);
    policy("easy", 1);
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(small)).isEqualTo(RUNNING);
  }

  /**
   * Behind a promise to a job of the whole node, one core is free until then: a job of an hour may
   * not go before it, one of five minutes that needs the same may.
   */
  private void theShortJobStartsAndTheLongOneWaits(String longOnes) {
    story.submits("wangfang", cores(3).limitMs(600_000L));
    story.plans();
    story.submits("wangfang", cores(4));
    JobId far = story.submits(longOnes, cores(1).limitMs(3_600_000L));
    JobId near = story.submits("wangfang", cores(1).limitMs(300_000L));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(near)).isEqualTo(RUNNING);
    assertThat(story.state(far)).isEqualTo(PENDING);
  }

  @Test
  void aShortJobGoesBeforeAPromiseThoughALongOneThatNeedsTheSameMayNot() {
    policy("easy", 1);
    story.node("n1", 4);
    theShortJobStartsAndTheLongOneWaits("wangfang");
  }

  @Test
  void aShortJobGoesBeforeAPromiseThoughAllThatNeedTheSameOfAnotherUserMayNot() {
    policy("easy", 1);
    story.node("n1", 4);
    story.does(
        new Input.DefinePriorityPolicy(
            SchedulerStory.OWNER,
            new PriorityPolicy(
                0,
                1_000,
                0,
                0,
                0,
                0,
                0,
                1,
                false,
                1,
                SchedulerStory.HOUR_MS,
                SchedulerStory.HOUR_MS,
                List.of(),
                List.of())));
    theShortJobStartsAndTheLongOneWaits("liwei");
  }

  @Test
  void aJobThatNamesNoModelTakesNoDeviceThatIsPromisedToOneThatDoes() {
    policy("easy", 1);
    story.says(
        SchedulerStory.facts(
            "n1",
            "boot-1",
            4,
            4 * SchedulerStory.GIB,
            List.of(
                new NodeFacts.GresInventory("gpu", "a100", 1),
                new NodeFacts.GresInventory("gpu", "v100", 1))));
    JobId first = story.submits("liwei", cores(3).limitMs(600_000L));
    story.plans();
    JobId named = story.submits("liwei", cores(2).gres(List.of(new GresRequest("gpu", "a100", 1))));
    JobRequest.Builder any = cores(1).gres(List.of(new GresRequest("gpu", "", 1)));
    JobId far = story.submits("liwei", any.limitMs(3_600_000L));
    assertThat(story.plans()).isZero();
    story.starts(first);
    story.after(600_000);
    story.exits(first, 0);
    story.plans();
    assertThat(story.state(named)).isEqualTo(RUNNING);
    assertThat(story.state(far)).isEqualTo(RUNNING);
  }

  private void timeComesTo(long ms) {
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(ms);
    story.after(ms - story.nowMs).ticks();
  }

  /**
   * A job of two nodes is promised a start for when the run on the first node has ended. Behind it
   * another one fits on the second node, if that comes after the end of the run there.
   */
  private JobId waitsBehindAPromise() {
    policy("easy", 1);
    story.says(SchedulerStory.facts("n1", "boot-1", 4, 4 * SchedulerStory.GIB).suspending());
    story.node("n2", 8);
    story.submits("liwei", cores(4).limitMs(60_000L));
    story.submits("liwei", cores(3).limitMs(90_000L));
    story.plans();
    story.submits("liwei", cores(3).nodes(2));
    JobId behind = story.submits("liwei", cores(3));
    assertThat(story.plans()).isZero();
    return behind;
  }

  @Test
  void aRunThatDoesNotEndInTimePutsOffWhatIsPromisedBehindItAndOthersGoBefore() {
    JobId behind = waitsBehindAPromise();
    timeComesTo(SchedulerStory.BEGIN_MS + 60_000);
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().planningDue()).isFalse();
    // Its end is expected within half a minute, and then after that of the other run.
    timeComesTo(SchedulerStory.BEGIN_MS + 70_000);
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(behind)).isEqualTo(RUNNING);
  }

  @Test
  void aRunThatStandsStillDoesSoAsWell() {
    JobId behind = waitsBehindAPromise();
    JobId first = story.machine.image().jobs().getFirst().id();
    story.starts(first);
    story.does(new Input.SuspendJob(SchedulerStory.user("admin1"), first));
    story.does(new Input.RunSuspended(story.node(first), story.run(first), true, story.nowMs, 0));
    assertThat(story.plans()).isZero();
    timeComesTo(SchedulerStory.BEGIN_MS + 10_000);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(behind)).isEqualTo(RUNNING);
  }

  @Test
  void onAFullClusterNobodyIsAskedForThat() {
    story.node("n1", 4);
    story.submits("liwei", cores(4).limitMs(60_000L));
    story.plans();
    story.submits("liwei", cores(1));
    assertThat(story.plans()).isZero();
    timeComesTo(SchedulerStory.BEGIN_MS + 60_000);
    // That the run is to end is a fact, and asked about once.
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().planningDue()).isFalse();
    assertThat(story.machine.state().nextDeadlineMs()).isEmpty();
  }

  private void debugOn(String nodes) {
    story.does(
        new Input.DefinePartition(
            SchedulerStory.OWNER,
            new PartitionDefined(SchedulerStory.DEBUG, false, 3_600_000, 86_400_000, nodes)));
  }

  @Test
  void whoWaitsStartsOnTheNodesThatItsPartitionGets() {
    story.node("n1", 4);
    story.node("n2", 4);
    debugOn("n1");
    story.submits("liwei", cores(4).partition(SchedulerStory.DEBUG));
    story.plans();
    JobId second = story.submits("liwei", cores(4).partition(SchedulerStory.DEBUG));
    assertThat(story.plans()).isZero();
    debugOn("n1,n2");
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(second)).isEqualTo(RUNNING);
  }

  @Test
  void conservativePromisesEveryJobAStart() {
    policy("conservative", 1);
    JobId far = oneCoreBehindTwoThatWait();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(far)).isEqualTo(PENDING);
    // With a promise to the first alone nothing keeps it.
    policy("easy", 1);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(far)).isEqualTo(RUNNING);
  }

  /**
   * Plans until nothing more is found, each time by a machine that was started anew if asked for.
   */
  private void plansAll(boolean restarts) {
    do {
      if (restarts) {
        story.machine =
            SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
      }
      story.plans();
    } while (story.machine.state().planningDue());
  }

  private long promisedAfterMs(JobId job) {
    return story.job(job).promisedMs() - SchedulerStory.BEGIN_MS;
  }

  /** Of two that run, the first ends after an hour of four; what waits is promised both limits. */
  private JobId[] twoWaitBehindOneThatEndsEarly() {
    policy("conservative", 1);
    story.node("n1", 8);
    JobId ends = story.submits("liwei", cores(4).limitMs(4 * HOUR_MS));
    story.submits("liwei", cores(4).limitMs(2 * HOUR_MS));
    plansAll(false);
    JobId wide = story.submits("liwei", cores(8).limitMs(HOUR_MS));
    JobId narrow = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(wide)).isEqualTo(4 * HOUR_MS);
    assertThat(promisedAfterMs(narrow)).isEqualTo(2 * HOUR_MS);
    assertThat(story.machine.image().earlyRoom()).as("from the choice of the policy").isZero();
    story.after(HOUR_MS);
    story.exits(ends, 0);
    assertThat(story.machine.image().earlyRoom()).isEqualTo(1);
    return new JobId[] {wide, narrow};
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoWasPromisedAStartMovesUpWhenARunEndsEarlyThoughTheServerWasAway(boolean restarts) {
    JobId[] waiting = twoWaitBehindOneThatEndsEarly();
    plansAll(restarts);
    assertThat(story.state(waiting[1])).as("there is room for it now").isEqualTo(RUNNING);
    assertThat(promisedAfterMs(waiting[0]))
        .as("first in turn, when the other was still to run in the third hour")
        .isEqualTo(3 * HOUR_MS);
    assertThat(story.machine.image().earlyRoom()).isZero();
    // An end by the limit brings no room that was not counted on.
    story.after(HOUR_MS);
    story.exits(waiting[1], 0);
    assertThat(story.machine.image().earlyRoom()).isZero();
  }

  @Test
  void aStartThatNoEndBringsComesInTime() {
    JobId[] waiting = twoWaitBehindOneThatEndsEarly();
    plansAll(false);
    story.after(HOUR_MS - 1);
    story.ticks();
    plansAll(false);
    story.after(1);
    story.exits(waiting[1], 0);
    story.exits(new JobId(2), 0);
    plansAll(false);
    assertThat(story.state(waiting[0])).as("its start is in an hour").isEqualTo(PENDING);
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + HOUR_MS);
    story.after(HOUR_MS);
    plansAll(false);
    assertThat(story.state(waiting[0])).isEqualTo(RUNNING);
  }

  @Test
  void whoIsHeldLetsGoOfTheStartThatItWasPromised() {
    policy("conservative", 1);
    story.node("n1", 4);
    story.submits("liwei", cores(4).limitMs(HOUR_MS));
    JobId first = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    JobId second = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(second)).as("also on a full machine").isEqualTo(2 * HOUR_MS);
    story.does(new Input.HoldJob(SchedulerStory.user("liwei"), first));
    plansAll(false);
    assertThat(story.job(first).promisedMs()).isZero();
    assertThat(promisedAfterMs(second)).isEqualTo(HOUR_MS);
    story.does(new Input.ReleaseJob(SchedulerStory.user("liwei"), first));
    plansAll(false);
    assertThat(promisedAfterMs(first)).isEqualTo(2 * HOUR_MS);
  }

  /** The room of one that is held is promised to another, who has it when the first is released. */
  @Test
  void whoIsHeldTakesNothingFromWhoWasPromisedItsRoomThoughFewAre() {
    policy("default", 2);
    story.node("n1", 4);
    JobId runs = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    story.plans();
    JobId first = story.submits("liwei", nice(10, cores(4).limitMs(2 * HOUR_MS)));
    JobId second = story.submits("liwei", nice(20, cores(4).limitMs(HOUR_MS)));
    oneStartsBehindThem("n2");
    assertThat(promisedAfterMs(first)).isEqualTo(HOUR_MS);
    assertThat(promisedAfterMs(second)).isEqualTo(3 * HOUR_MS);
    story.does(new Input.HoldJob(SchedulerStory.user("liwei"), first));
    assertThat(story.job(first).promisedMs()).isZero();
    JobId third = story.submits("liwei", nice(30, cores(4).limitMs(2 * HOUR_MS)));
    oneStartsBehindThem("n3");
    assertThat(promisedAfterMs(third)).isEqualTo(HOUR_MS);
    story.does(new Input.ReleaseJob(SchedulerStory.user("liwei"), first));
    story.after(HOUR_MS);
    story.exits(runs, 0);
    plansAll(false);
    assertThat(story.state(third)).isEqualTo(RUNNING);
    assertThat(story.state(first)).isEqualTo(PENDING);
  }

  /** Promises are made as soon as somebody could start beside them. */
  private void oneStartsBehindThem(String node) {
    story.node(node, 1);
    JobId small = story.submits("liwei", nice(40, cores(1).limitMs(20 * HOUR_MS)));
    plansAll(false);
    assertThat(story.state(small)).isEqualTo(RUNNING);
  }

  @Test
  void wholeNodesAreCountedUntilSomebodyAsksForLess() {
    policy("conservative", 1);
    story.node("n1", 4);
    story.node("n2", 4);
    story.submits("liwei", cores(4).limitMs(2 * HOUR_MS));
    story.submits("liwei", cores(4).limitMs(3 * HOUR_MS));
    plansAll(false);
    JobId both = story.submits("liwei", cores(4).nodes(2).tasks(2).limitMs(HOUR_MS));
    JobId one = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(story.job(both).promisedRoom()).as("any two").isNull();
    assertThat(promisedAfterMs(both)).isEqualTo(3 * HOUR_MS);
    assertThat(promisedAfterMs(one)).isEqualTo(2 * HOUR_MS);
    JobId small = story.submits("liwei", cores(1).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(small)).isEqualTo(4 * HOUR_MS);
    assertThat(story.job(one).promisedRoom().nodes().groups()).containsExactly("", "n1");
    assertThat(story.job(both).promisedRoom().nodes().groups()).containsExactly("", "n[1-2]");
    assertThat(promisedAfterMs(both)).isEqualTo(3 * HOUR_MS);
  }

  /**
   * Nodes were named for one that asks for two, for the sake of a job that is gone. It has lost one
   * of them, is late where nodes are counted, and moves up to the start that it was promised.
   */
  @Test
  void whoMovesUpWhereNodesAreCountedLetsGoOfThoseThatWereNamed() {
    policy("conservative", 1);
    for (String node : List.of("n1", "n2", "n3")) {
      story.node(node, 4);
    }
    JobId ends = story.submits("liwei", cores(4).limitMs(2 * HOUR_MS));
    story.submits("liwei", cores(4).limitMs(4 * HOUR_MS));
    story.submits("liwei", cores(4).limitMs(4 * HOUR_MS));
    plansAll(false);
    JobId next = story.submits("liwei", cores(4).limitMs(3 * HOUR_MS));
    JobId both = story.submits("liwei", cores(4).nodes(2).tasks(2).limitMs(HOUR_MS));
    JobId small = story.submits("liwei", cores(1).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(both)).isEqualTo(4 * HOUR_MS);
    assertThat(story.job(both).promisedRoom().nodes().groups()).containsExactly("", "n[2-3]");
    story.does(new Input.CancelJob(SchedulerStory.user("liwei"), small));
    story.does(new Input.DrainNode(OWNER, new NodeName("n3"), "fan"));
    plansAll(false);
    story.after(HOUR_MS);
    story.exits(ends, 0);
    plansAll(false);
    assertThat(story.state(next)).isEqualTo(RUNNING);
    assertThat(story.job(both).promisedRoom()).as("any two").isNull();
    assertThat(promisedAfterMs(both)).isEqualTo(4 * HOUR_MS);
    int before = story.log.size();
    plansAll(false);
    assertThat(story.log).as("nothing is said twice").hasSize(before);
    // Nodes are told apart from now on: that machine and one made anew name the same.
    story.does(new Input.ResumeNode(OWNER, new NodeName("n3")));
    story.node("n4", 8);
    ClusterImage image = story.machine.image();
    Decision kept = story.machine.decide(new Input.PlanPass(), story.nowMs);
    assertThat(kept.facts()).isNotEmpty();
    assertThat(SchedulerMachine.from(image).decide(new Input.PlanPass(), story.nowMs).facts())
        .isEqualTo(kept.facts());
  }

  /** A job waits for a node that is drained, behind two that are promised any nodes. */
  @Test
  void whoCanHaveNoStartLeavesThePromisesOfOthersAlone() {
    QosName low = new QosName("low");
    QosName urgent = new QosName("urgent");
    PreemptRules requeue = new PreemptRules(PreemptMode.REQUEUE, 0, 0);
    story.does(new Input.DefineQos(OWNER, new QosDefined(low, "Low", 0, List.of(), requeue)));
    story.does(new Input.DefineQos(OWNER, new QosDefined(urgent, "Urgent", 10, List.of(low))));
    policy("conservative", 1);
    for (String node : List.of("n1", "n2", "n4")) {
      story.node(node, 4);
    }
    story.does(new Input.DrainNode(OWNER, new NodeName("n4"), "fan"));
    story.submits("liwei", cores(4).qos(low).limitMs(2 * HOUR_MS));
    story.submits("liwei", cores(4).qos(low).limitMs(3 * HOUR_MS));
    plansAll(false);
    JobId first = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    story.submits("liwei", cores(4).limitMs(HOUR_MS));
    JobPlacement drained = JobPlacement.builder().nodeList("n4").build();
    JobId never = story.submits("liwei", cores(4).placement(drained).limitMs(HOUR_MS));
    for (int pass = 0; pass < 5; pass++) {
      story.plans();
    }
    assertThat(story.machine.state().planningDue()).as("nothing is left to be found").isFalse();
    assertThat(story.job(never).promisedMs()).isZero();
    assertThat(story.job(first).promisedRoom()).as("any node").isNull();
    assertThat(promisedAfterMs(first)).isEqualTo(2 * HOUR_MS);
    story.submits("liwei", cores(4).limitMs(HOUR_MS));
    int before = story.log.size();
    plansAll(false);
    assertThat(story.log).as("only the new one is promised a start").hasSize(before + 1);
    story.does(new Input.ResumeNode(OWNER, new NodeName("n4")));
    plansAll(false);
    assertThat(story.state(first)).as("who waited first has it").isEqualTo(RUNNING);
    assertThat(story.job(never).promisedMs()).isNotZero();
  }

  /**
   * Two were promised the second node, one after the other, and the run on it is an hour late. When
   * both nodes are free the first takes the other one: the second has what it was promised, and
   * nobody who comes then.
   */
  @Test
  void whatIsLeftByWhoStartsElsewhereIsHeldForWhoWasPromisedIt() {
    policy("conservative", 1);
    story.node("n1", 4);
    story.node("n2", 4);
    JobId early = story.submits("liwei", cores(4).limitMs(4 * HOUR_MS));
    plansAll(false);
    JobId late = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    plansAll(false);
    JobId first = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    JobPlacement there = JobPlacement.builder().nodeList("n2").build();
    JobId second = story.submits("liwei", cores(4).placement(there).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(first)).isEqualTo(HOUR_MS);
    assertThat(promisedAfterMs(second)).isEqualTo(2 * HOUR_MS);
    story.after(2 * HOUR_MS);
    story.ticks();
    story.exits(late, 0);
    story.exits(early, 0);
    JobId comes = story.submits("liwei", cores(4).limitMs(HOUR_MS / 2));
    plansAll(false);
    assertThat(story.node(first).value()).isEqualTo("n1");
    assertThat(story.state(second)).isEqualTo(RUNNING);
    assertThat(story.state(comes)).isEqualTo(PENDING);
    assertThat(promisedAfterMs(comes)).isEqualTo(3 * HOUR_MS);
  }

  @Test
  void aShorterLimitOfARunIsRoomThatComesEarly() {
    policy("conservative", 1);
    story.node("n1", 4);
    JobId runs = story.submits("liwei", cores(4).limitMs(4 * HOUR_MS));
    plansAll(false);
    assertThat(story.job(runs).promisedMs()).isZero();
    JobId waits = story.submits("liwei", cores(4).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(waits)).isEqualTo(4 * HOUR_MS);
    limit(runs, 5 * HOUR_MS);
    assertThat(story.machine.image().earlyRoom()).as("of a longer limit").isZero();
    limit(runs, 2 * HOUR_MS);
    plansAll(false);
    assertThat(promisedAfterMs(waits)).isEqualTo(2 * HOUR_MS);
    story.after(2 * HOUR_MS);
    story.exits(runs, 0);
    plansAll(false);
    assertThat(story.state(waits)).isEqualTo(RUNNING);
  }

  private void limit(JobId job, long limitMs) {
    JobChange change =
        new JobChange(
            new TreeSet<>(List.of("limitMs")),
            SchedulerStory.script().limitMs(limitMs).build(),
            null);
    story.does(new Input.ChangeJob(SchedulerStory.user("admin1"), job, change, null));
  }

  /** The start comes after so many slices of a pass that was begun before it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void aStartThatComesWhileItsPassIsCutIsNotForgotten(int slices) {
    story = SchedulerStory.site(new SchedulerMachine(new SliceBounds(1, 256)));
    JobId[] waiting = twoWaitBehindOneThatEndsEarly();
    plansAll(false);
    story.after(HOUR_MS);
    story.exits(waiting[1], 0);
    story.exits(new JobId(2), 0);
    plansAll(false);
    story.after(HOUR_MS - 1);
    story.submits("liwei", cores(8).limitMs(HOUR_MS));
    for (int slice = 0; slice < slices; slice++) {
      story.hears(new Input.PlanPass());
    }
    story.after(1);
    plansAll(false);
    assertThat(story.state(waiting[0])).isEqualTo(RUNNING);
  }

  @Test
  void priorityDecidesWhoMovesUpFirst() {
    policy("conservative", 1);
    story.node("n1", 4);
    JobId running = story.submits("liwei", cores(4).limitMs(4 * HOUR_MS));
    plansAll(false);
    JobId ordinary = story.submits("liwei", nice(10, cores(3).limitMs(HOUR_MS)));
    plansAll(false);
    JobId urgent = story.submits("wangfang", cores(2).limitMs(HOUR_MS));
    plansAll(false);
    assertThat(promisedAfterMs(ordinary)).isEqualTo(4 * HOUR_MS);
    assertThat(promisedAfterMs(urgent)).as("it came behind").isEqualTo(5 * HOUR_MS);
    story.after(HOUR_MS);
    story.exits(running, 0);
    plansAll(false);
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    assertThat(promisedAfterMs(ordinary)).as("none later than before").isEqualTo(2 * HOUR_MS);
  }

  /**
   * The first that waits leaves a core when it starts, the second does not: an hour on that core is
   * in the way of the second alone, and five minutes are in nobody's way.
   */
  private JobId oneCoreBehindTwoThatWait() {
    story.node("n1", 8);
    story.submits("liwei", cores(6).limitMs(600_000L));
    story.plans();
    story.submits("liwei", cores(7).limitMs(600_000L));
    story.submits("liwei", cores(8).limitMs(600_000L));
    JobId far = story.submits("liwei", cores(1).limitMs(3_600_000L));
    story.submits("liwei", cores(1).limitMs(300_000L));
    return far;
  }

  @Test
  void wrongPoliciesAreRefused() {
    assertThat(refused("fifo", 1)).contains("there is no policy 'fifo'").contains("easy-sjbf");
    assertThat(refused("default", 0)).contains("reservations is 0");
    assertThat(refused("default", 1_000_001)).contains("reservations is 1000001");
    assertThat(story.machine.state().scheduling()).isEqualTo(SchedulingDefined.DEFAULT);
  }

  private String refused(String policy, int reservations) {
    Actor owner = SchedulerStory.OWNER;
    return story
        .refuses(new Input.DefineScheduling(owner, new SchedulingDefined(policy, reservations)))
        .message();
  }
}
