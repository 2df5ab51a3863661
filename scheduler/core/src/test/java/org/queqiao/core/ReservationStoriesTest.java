package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.ReservationStatus;
import org.queqiao.core.message.TermsRequest;

/** Advance reservations, from the request to the last run in them. */
final class ReservationStoriesTest {
  private static final ReservationName SCHOOL = new ReservationName("school");
  private static final ReservationName WORK = new ReservationName("work");
  private static final long DAY_MS = 24 * HOUR_MS;

  private SchedulerStory story;

  @BeforeEach
  void aSiteWithTwoNodes() {
    story = SchedulerStory.site();
    story.node("n1", 4);
    story.node("n2", 4);
  }

  /** What an administrator says, with only what a test cares about. */
  private final class Ask {
    private ReservationName name = SCHOOL;
    private Long startMs;
    private Long durationMs = HOUR_MS;
    private Repeat repeat;
    private List<NodeName> nodes = List.of(new NodeName("n1"));
    private Integer nodeCount;
    private Long coreCount;
    private List<UserName> users = List.of(new UserName("liwei"));
    private boolean maintenance;
    private boolean magnetic;
    private boolean endsJobs;

    Ask in(long ms) {
      startMs = story.nowMs + ms;
      return this;
    }

    Ask count(int count) {
      nodes = null;
      nodeCount = count;
      return this;
    }

    Ask maintenance() {
      name = WORK;
      maintenance = true;
      users = List.of();
      return this;
    }

    Input input() {
      return new Input.DefineReservation(
          user("admin1"),
          new ReservationRequest(
              name,
              "",
              startMs,
              null,
              durationMs,
              repeat,
              null,
              nodes,
              nodeCount,
              coreCount,
              users,
              List.of(),
              maintenance,
              magnetic,
              endsJobs));
    }
  }

  private void reserve(Ask ask) {
    story.does(ask.input());
  }

  private Ask ask() {
    return new Ask();
  }

  private JobId submits(String who, long limitMs) {
    return story.submits(who, script().cpusPerTask(4).limitMs(limitMs));
  }

  private JobId submitsIn(ReservationName name, String who, long limitMs) {
    return story.submits(who, script().cpusPerTask(4).limitMs(limitMs).reservation(name));
  }

  private String word(JobId job) {
    return story.machine.state().pendingWhy(job).word();
  }

  private ReservationStatus status(ReservationName name) {
    return story.machine.state().reservations(story.nowMs).stream()
        .filter(each -> each.reservation().reservation().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void passes(long ms) {
    story.after(ms).ticks();
    story.plans();
  }

  @Test
  void aJobOutsideNeverHoldsAReservedNodeByItsDeclaredLimit() {
    reserve(ask().in(HOUR_MS));
    JobId fits = submits("wangfang", HOUR_MS);
    JobId tooLong = submits("wangfang", HOUR_MS + 1);
    JobId alsoTooLong = submits("wangfang", HOUR_MS + 1);
    story.plans();
    assertThat(story.node(fits)).hasToString("n1");
    assertThat(story.node(tooLong)).hasToString("n2");
    assertThat(story.state(alsoTooLong)).isEqualTo(JobState.PENDING);
    story.exits(fits, 0);
    story.plans();
    assertThat(story.state(alsoTooLong)).isEqualTo(JobState.PENDING);
  }

  /** It starts when the grace of the runs is over, and must be over before the reservation. */
  @Test
  void nobodyIsPushedAsideForAJobThatWouldRunIntoAReservation() {
    QosName low = new QosName("low");
    QosName urgent = new QosName("urgent");
    PreemptRules rules = new PreemptRules(PreemptMode.REQUEUE, 60_000, 0);
    story.does(new Input.DefineQos(OWNER, new QosDefined(low, "Low", 0, List.of(), rules)));
    story.does(new Input.DefineQos(OWNER, new QosDefined(urgent, "Urgent", 9, List.of(low))));
    JobId run = story.submits("liwei", script().cpusPerTask(4).limitMs(HOUR_MS / 2).qos(low));
    story.plans();
    submits("liwei", HOUR_MS);
    story.plans();
    reserve(ask().in(HOUR_MS));
    for (long limitMs : List.of(HOUR_MS + 1, HOUR_MS - 59_999, HOUR_MS - 60_000)) {
      assertThat(story.state(run)).as("before %s ms", limitMs).isEqualTo(JobState.RUNNING);
      JobId job = story.submits("liwei", script().cpusPerTask(4).limitMs(limitMs).qos(urgent));
      story.plans();
      story.plans();
      if (limitMs > HOUR_MS - 60_000) {
        story.does(new Input.CancelJob(user("liwei"), job));
      }
    }
    assertThat(story.node(run)).hasToString("n1");
    assertThat(story.state(run)).isEqualTo(JobState.COMPLETING);
  }

  @Test
  void jobsOfAReservationWaitForItAndGetItsNodesAlone() {
    reserve(ask().in(HOUR_MS));
    JobId first = submitsIn(SCHOOL, "liwei", HOUR_MS / 2);
    JobId second = submitsIn(SCHOOL, "liwei", HOUR_MS / 2);
    story.plans();
    assertThat(word(first)).isEqualTo("Reservation");
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + HOUR_MS);
    passes(HOUR_MS);
    assertThat(story.node(first)).hasToString("n1");
    assertThat(story.job(first).reservation()).isEqualTo(SCHOOL);
    assertThat(story.state(second)).isEqualTo(JobState.PENDING);
    story.after(HOUR_MS / 4).exits(first, 0);
    story.plans();
    assertThat(story.node(second)).hasToString("n1");
    passes(HOUR_MS / 4);
    assertThat(status(SCHOOL).reservedCoreMs()).isEqualTo(4 * HOUR_MS / 2);
    assertThat(status(SCHOOL).usedCoreMs()).isEqualTo(4 * HOUR_MS / 2);
    passes(HOUR_MS / 2);
    assertThat(story.machine.state().reservations(story.nowMs)).isEmpty();
    assertThat(story.job(second).state()).isEqualTo(JobState.COMPLETING);
  }

  @Test
  void aRunOutlivesItsReservationUnlessThatEndsItsJobs() {
    reserve(ask());
    Ask strict = ask();
    strict.name = WORK;
    strict.nodes = List.of(new NodeName("n2"));
    strict.endsJobs = true;
    reserve(strict);
    story.ticks();
    JobId goesOn = submitsIn(SCHOOL, "liwei", 3 * HOUR_MS);
    JobId isEnded = submitsIn(WORK, "liwei", 3 * HOUR_MS);
    story.plans();
    passes(HOUR_MS);
    assertThat(story.state(goesOn)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(isEnded)).isEqualTo(JobState.COMPLETING);
    passes(0);
    assertThat(story.machine.state().reservations(story.nowMs)).isEmpty();
    story.exits(isEnded, 0);
    assertThat(story.state(isEnded)).isEqualTo(JobState.TIMEOUT);
  }

  @Test
  void nobodyRunsInMaintenanceAndTheReasonSaysSo() {
    Ask both = ask().in(HOUR_MS).maintenance();
    both.nodes = List.of(new NodeName("n1"), new NodeName("n2"));
    reserve(both);
    JobId job = submits("liwei", 2 * HOUR_MS);
    story.plans();
    assertThat(word(job)).isEqualTo("ReqNodeNotAvail, Reserved for maintenance");
    Rejection refused = story.refuses(submission("liwei", script().reservation(WORK)));
    assertThat(refused.field()).isEqualTo("reservation");
    passes(HOUR_MS);
    assertThat(story.state(job)).isEqualTo(JobState.PENDING);
    passes(HOUR_MS);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void theReservationThatKeepsNodesFromAJobIsNamedToWhoMayKnow() {
    reserve(ask().in(HOUR_MS));
    Ask both = ask().in(2 * HOUR_MS).maintenance();
    both.nodes = List.of(new NodeName("n2"));
    reserve(both);
    JobId own = submits("liwei", 3 * HOUR_MS);
    JobId other = submits("wangfang", 3 * HOUR_MS);
    story.plans();
    assertThat(told(own))
        .contains(
            "Reservation school keeps 1 node that it could use: it begins in 1 h 0 min and ends in"
                + " 2 h 0 min, and the job may run for 3 h 0 min. Maintenance work keeps 1 node"
                + " that it could use: it begins in 2 h 0 min and ends in 3 h 0 min, and the job")
        .contains("0 nodes of 2 of that kind have room now");
    assertThat(told(other)).contains("A reservation keeps 1 node that it could use: it begins");
    JobId named = submitsIn(SCHOOL, "liwei", HOUR_MS);
    assertThat(told(named))
        .contains(
            "The job waits: Reservation. It asks for a reservation: reservation school opens"
                + " in 1 h 0 min.");
    passes(HOUR_MS + HOUR_MS / 2);
    assertThat(told(own))
        .contains(
            "Reservation school keeps 1 node that it could use: it has begun and ends in 30 min 0"
                + " s.")
        .contains("Maintenance work keeps 1 node that it could use: it begins in 30 min 0 s");
  }

  private String told(JobId job) {
    return ExplanationText.waiting(
        story.machine.state().explain(job, story.nowMs).orElseThrow(),
        story.nowMs,
        0,
        SchedulerStory.ownJobsOf(story.job(job).user().value()));
  }

  @Test
  void aMagneticReservationDrawsItsJobsAndLetsThemOutsideWhenItIsFull() {
    Ask magnetic = ask();
    magnetic.nodes = List.of(new NodeName("n2"));
    magnetic.magnetic = true;
    reserve(magnetic);
    story.ticks();
    JobId other = submits("wangfang", HOUR_MS / 2);
    JobId drawn = submits("liwei", HOUR_MS / 2);
    JobId next = submits("liwei", HOUR_MS / 2);
    story.plans();
    assertThat(story.node(other)).hasToString("n1");
    assertThat(story.node(drawn)).hasToString("n2");
    assertThat(story.job(drawn).reservation()).isEqualTo(SCHOOL);
    story.exits(other, 0);
    story.plans();
    assertThat(story.node(next)).hasToString("n1");
    assertThat(story.job(next).reservation()).isNull();
  }

  @Test
  void aDailyReservationComesAgainUntilItIsDeleted() {
    Ask daily = ask().in(HOUR_MS);
    daily.repeat = Repeat.DAILY;
    reserve(daily);
    for (int day = 0; day < 3; day++) {
      JobId job = submitsIn(SCHOOL, "liwei", HOUR_MS / 2);
      passes(HOUR_MS);
      assertThat(story.node(job)).hasToString("n1");
      story.after(HOUR_MS / 2).exits(job, 0);
      JobId outside = submits("wangfang", DAY_MS - HOUR_MS);
      passes(HOUR_MS / 2);
      assertThat(story.node(outside)).hasToString("n1");
      story.exits(outside, 0);
      assertThat(status(SCHOOL).usedCoreMs()).isEqualTo((day + 1) * 2 * HOUR_MS);
      assertThat(status(SCHOOL).reservedCoreMs()).isEqualTo((day + 1) * 4 * HOUR_MS);
      story.after(DAY_MS - 2 * HOUR_MS);
    }
    JobId waits = submitsIn(SCHOOL, "liwei", HOUR_MS / 2);
    story.does(new Input.DeleteReservation(user("admin1"), SCHOOL));
    story.plans();
    assertThat(word(waits)).isEqualTo("ReservationDeleted");
    assertThat(story.refuses(new Input.DeleteReservation(user("admin1"), SCHOOL)).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
  }

  @Test
  void occurrencesThatNobodySawAreOpenedAndClosedWithTheNextTick() {
    Ask daily = ask().in(HOUR_MS);
    daily.repeat = Repeat.DAILY;
    reserve(daily);
    long firstMs = story.nowMs + HOUR_MS;
    story.after(5 * DAY_MS).ticks();
    assertThat(status(SCHOOL).reservation().startMs()).isEqualTo(firstMs + 5 * DAY_MS);
    assertThat(status(SCHOOL).reservation().open()).isFalse();
  }

  /**
   * By the clock a window is over, of which nobody has heard yet: it would keep out who may start.
   */
  @Test
  void aPassFirstSaysWhichReservationsHaveOpenedAndClosed() {
    reserve(ask().maintenance().in(HOUR_MS));
    submits("wangfang", 3 * HOUR_MS);
    story.plans();
    JobId waits = submits("wangfang", 3 * HOUR_MS);
    story.plans();
    assertThat(story.state(waits)).isEqualTo(JobState.PENDING);
    story.after(2 * HOUR_MS);
    assertThat(story.hears(new Input.PlanPass())).isEqualTo(new Reply.Planned(0, true));
    assertThat(story.machine.state().reservations(story.nowMs)).isEmpty();
    assertThat(story.hears(new Input.PlanPass())).isEqualTo(new Reply.Planned(1, false));
    assertThat(story.node(waits)).hasToString("n1");
  }

  @Test
  void theJobThatIsPromisedAStartIsPromisedOneOutsideTheWindows() {
    reserve(ask().in(HOUR_MS));
    JobId runs = submits("wangfang", 2 * HOUR_MS);
    JobId large = story.submits("liwei", script().nodes(2).cpusPerTask(4).limitMs(HOUR_MS));
    story.plans();
    assertThat(story.node(runs)).hasToString("n2");
    assertThat(story.state(large)).isEqualTo(JobState.PENDING);
    // Both nodes are free at two hours: until then n1 takes what ends before its window.
    JobId small = submits("wangfang", HOUR_MS);
    story.plans();
    assertThat(story.node(small)).hasToString("n1");
    story.after(HOUR_MS).exits(small, 0);
    passes(0);
    passes(HOUR_MS);
    assertThat(story.state(runs)).isEqualTo(JobState.COMPLETING);
    story.exits(runs, 0);
    story.plans();
    assertThat(story.state(large)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aCountOfNodesIsChosenByNameAmongThoseThatWillBeFree() {
    JobId long1 = submits("wangfang", 3 * HOUR_MS);
    story.plans();
    assertThat(story.node(long1)).hasToString("n1");
    reserve(ask().in(HOUR_MS).count(1));
    assertThat(status(SCHOOL).reservation().reservation().nodes())
        .containsExactly(new NodeName("n2"));
    int facts = story.log.size();
    reserve(ask().in(HOUR_MS).count(1));
    assertThat(story.log).hasSize(facts);
    Ask other = ask().in(HOUR_MS).count(1);
    other.name = WORK;
    long freeMs = story.nowMs + 3 * HOUR_MS;
    Rejection refused = story.refuses(other.input());
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message())
        .contains("job " + long1 + " may hold n1 until " + freeMs)
        .contains("reservation school keeps n2")
        .contains("the earliest start with so many is " + (story.nowMs + 2 * HOUR_MS));
    assertThat(story.refuses(ask().in(HOUR_MS).count(3).input()).message())
        .isEqualTo("nodeCount is 3: nodes that take runs offer from 1 to 2");
  }

  @Test
  void namedNodesThatAreTakenAreRefusedWithTheNearestStart() {
    JobId busy = submits("wangfang", 3 * HOUR_MS);
    story.plans();
    Rejection refused = story.refuses(ask().in(HOUR_MS).input());
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message())
        .isEqualTo(
            "job "
                + busy
                + " may hold n1 until "
                + (story.nowMs + 3 * HOUR_MS)
                + "; the earliest start with these nodes is "
                + (story.nowMs + 3 * HOUR_MS));
  }

  @Test
  void seriesThatEverMeetAreRefused() {
    Ask weekly = ask().in(3 * DAY_MS + HOUR_MS);
    weekly.repeat = Repeat.WEEKLY;
    reserve(weekly);
    Ask daily = ask().in(HOUR_MS / 2);
    daily.name = WORK;
    daily.repeat = Repeat.DAILY;
    assertThat(story.refuses(daily.input()).message()).contains("reservation school keeps n1");
    daily.in(2 * HOUR_MS);
    reserve(daily);
    Ask once = ask().in(30 * DAY_MS + 2 * HOUR_MS);
    once.name = new ReservationName("once");
    assertThat(story.refuses(once.input()).message()).contains("reservation work keeps n1");
    once.in(30 * DAY_MS + 3 * HOUR_MS);
    reserve(once);
  }

  @Test
  void wrongReservationsAreRefusedWithTheirField() {
    assertThat(story.refuses(ask().in(-1).input()).field()).isEqualTo("startMs");
    Ask ask = ask();
    ask.durationMs = 5L;
    assertThat(story.refuses(ask.input()).field()).isEqualTo("durationMs");
    ask = ask();
    ask.durationMs = 25 * HOUR_MS;
    ask.repeat = Repeat.DAILY;
    assertThat(story.refuses(ask.input()).field()).isEqualTo("repeat");
    ask = ask();
    ask.users = List.of();
    assertThat(story.refuses(ask.input()).field()).isEqualTo("users");
    ask = ask();
    ask.users = List.of(new UserName("liwie"));
    assertThat(story.refuses(ask.input()).message()).contains("did you mean liwei?");
    ask = ask();
    ask.maintenance = true;
    assertThat(story.refuses(ask.input()).field()).isEqualTo("maintenance");
    ask = ask();
    ask.nodes = List.of(new NodeName("n7"));
    assertThat(story.refuses(ask.input()).message()).isEqualTo("there is no node n7");
    ask = ask();
    ask.nodes = null;
    assertThat(story.refuses(ask.input()).field()).isEqualTo("nodes");
    assertThat(
            story
                .refuses(
                    new Input.DefineReservation(
                        user("liwei"), ((Input.DefineReservation) ask().input()).request()))
                .code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    reserve(ask().in(HOUR_MS));
    Rejection foreign = story.refuses(submission("wangfang", script().reservation(SCHOOL)));
    assertThat(foreign.message())
        .isEqualTo(
            "there is no reservation school that jobs of wangfang for project "
                + CLIMATE
                + " may use");
    Rejection tooLarge = story.refuses(submission("liwei", script().nodes(2).reservation(SCHOOL)));
    assertThat(tooLarge.field()).isEqualTo("nodes");
    assertThat(OWNER).isNotNull();
  }

  @Test
  void aDeadlineBeforeAJobCanEndInItsReservationIsRefused() {
    reserve(ask().in(HOUR_MS));
    long opensMs = story.nowMs + HOUR_MS;
    TermsRequest due = TermsRequest.NONE.withDeadlineMs(opensMs + 999);
    JobRequest.Builder job = script().limitMs(1000L).reservation(SCHOOL);
    Rejection refused = story.refuses(submission("liwei", job.terms(due)));
    assertThat(refused.field()).isEqualTo("deadlineMs");
    assertThat(refused.message()).contains("lets it start at " + opensMs + " at the earliest");
    story.submits("liwei", job.terms(TermsRequest.NONE.withDeadlineMs(opensMs + 1000)));
  }

  @Test
  void aReservationSurvivesASnapshot() {
    reserve(ask());
    story.ticks();
    JobId job = submitsIn(SCHOOL, "liwei", HOUR_MS / 2);
    story.plans();
    story.after(HOUR_MS / 4);
    byte[] before = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(before);
    assertThat(story.machine.state().indexDifferences()).isEmpty();
    story.exits(job, 0);
    assertThat(status(SCHOOL).usedCoreMs()).isEqualTo(HOUR_MS);
  }
}
