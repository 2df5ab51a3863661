package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;

/** Jobs of different sizes push runs aside at once: enough for all of them, and none too many. */
final class MixedSizesStoriesTest {
  private static final int GRACE_MS = 60_000;
  private static final QosName LOW = new QosName("low");
  private static final QosName MIDDLE = new QosName("middle");
  private static final QosName URGENT = new QosName("urgent");

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  private void lowRunsAre(PreemptMode mode) {
    PreemptRules rules = new PreemptRules(mode, mode == PreemptMode.SUSPEND ? 0 : GRACE_MS, 0);
    define(new QosDefined(LOW, "Low", 0, List.of(), rules));
    define(new QosDefined(MIDDLE, "Middle", 0, List.of(LOW), rules));
    define(new QosDefined(URGENT, "Urgent", 0, List.of(LOW, MIDDLE)));
  }

  private void define(QosDefined qos) {
    story.does(new Input.DefineQos(OWNER, qos));
  }

  private void node(String name, int cores) {
    story.says(facts(name, "boot-1", cores, 64 * GIB).suspending());
  }

  private static JobRequest.Builder request(QosName qos, int cores) {
    return script().cpusPerTask(cores).memBytes(1L << 20).limitMs(HOUR_MS).qos(qos);
  }

  private JobId waits(QosName qos, int cores) {
    return story.submits("liwei", request(qos, cores));
  }

  private JobId runs(int cores) {
    JobId job = waits(LOW, cores);
    plansAll();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    story.starts(job);
    return job;
  }

  private List<JobId> run(int... cores) {
    List<JobId> jobs = new ArrayList<>();
    for (int each : cores) {
      jobs.add(runs(each));
      story.after(1000);
    }
    return jobs;
  }

  private List<JobId> wait(QosName qos, int... cores) {
    List<JobId> jobs = new ArrayList<>();
    for (int each : cores) {
      jobs.add(waits(qos, each));
    }
    return jobs;
  }

  private void plansAll() {
    for (int before = -1; before != story.log.size(); ) {
      before = story.log.size();
      for (Reply reply = slice(); reply instanceof Reply.Planned(_, boolean more) && more; ) {
        reply = slice();
      }
    }
  }

  private Reply slice() {
    return story.hears(new Input.PlanPass());
  }

  private List<JobId> asked(List<JobId> runs) {
    return runs.stream()
        .filter(each -> story.state(each) == COMPLETING || story.job(each).preemption().suspends())
        .toList();
  }

  /** Those that were asked to leave do so. */
  private void leave(List<JobId> runs) {
    story.after(1000);
    for (JobId each : asked(runs)) {
      if (story.state(each) == COMPLETING) {
        story.exits(each, 0);
      } else {
        long askedMs = story.job(each).suspension().askedMs();
        story.does(
            new Input.RunSuspended(story.node(each), story.run(each), true, story.nowMs, askedMs));
      }
    }
    plansAll();
  }

  private void assertAll(List<JobId> jobs, org.queqiao.contract.job.JobState state) {
    assertThat(jobs).allMatch(each -> story.state(each) == state);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEUE", "CANCEL", "SUSPEND"})
  void whoFitsIntoWhatLeavesTakesItsShareAndRoomIsMadeForTheNext(PreemptMode mode) {
    lowRunsAre(mode);
    node("n1", 24);
    List<JobId> low = run(6, 6, 6, 6);
    List<JobId> urgent = wait(URGENT, 4, 2, 5, 1, 4);
    plansAll();
    assertThat(asked(low)).isEqualTo(low.subList(1, 4));
    story.after(1000);
    plansAll();
    assertThat(asked(low)).as("before the grace is over").hasSize(3);
    leave(low);
    assertAll(urgent, RUNNING);
    assertThat(story.state(low.getFirst())).isEqualTo(RUNNING);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEUE", "CANCEL", "SUSPEND"})
  void soDoJobsOfDifferentRanks(PreemptMode mode) {
    lowRunsAre(mode);
    node("n1", 24);
    List<JobId> low = run(6, 6, 6, 6);
    List<JobId> all = new ArrayList<>(wait(MIDDLE, 4, 2));
    all.addAll(wait(URGENT, 4, 2, 5));
    plansAll();
    assertThat(asked(low)).isEqualTo(low.subList(1, 4));
    leave(low);
    assertAll(all, RUNNING);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEUE", "CANCEL", "SUSPEND"})
  void roomIsMadeForTasksThatDoNotFillTheRunsThatLeave(PreemptMode mode) {
    lowRunsAre(mode);
    node("n1", 24);
    List<JobId> low = run(6, 6, 6, 6);
    story.submits("liwei", request(URGENT, 4).array("0-3"));
    waits(URGENT, 2);
    plansAll();
    assertThat(asked(low)).isEqualTo(low.subList(1, 4));
    leave(low);
    assertThat(story.machine.image().jobs())
        .filteredOn(each -> URGENT.equals(each.spec().qos()) && each.state() == RUNNING)
        .hasSize(5);
  }

  /** The last takes what leaves on the second node, and nothing of what the one before it needs. */
  @ParameterizedTest
  @EnumSource(names = {"REQUEUE", "CANCEL", "SUSPEND"})
  void nobodyIsStoppedForAJobThatHasItsShareAlreadyWhereOthersCameAfterIt(PreemptMode mode) {
    lowRunsAre(mode);
    node("n1", 6);
    node("n2", 6);
    List<JobId> low = run(6, 4, 2);
    List<JobId> urgent = wait(URGENT, 6, 3, 1, 2);
    story.does(new Input.HoldJob(SchedulerStory.user("liwei"), urgent.getFirst()));
    plansAll();
    assertThat(asked(low)).hasSize(2);
    story.after(1000);
    waits(null, 1);
    plansAll();
    assertThat(asked(low)).hasSize(2);
    leave(low);
    assertAll(urgent.subList(1, 4), RUNNING);
  }

  @Test
  void aJobThatCanNeverBeServedStillHoldsUpThoseOfItsRankBehindIt() {
    lowRunsAre(PreemptMode.REQUEUE);
    node("n1", 12);
    JobId fixed = waits(URGENT, 2);
    plansAll();
    List<JobId> low = run(6, 4);
    List<JobId> urgent = wait(URGENT, 3, 12, 1);
    plansAll();
    assertThat(asked(low)).hasSize(1);
    assertThat(story.state(fixed)).isEqualTo(RUNNING);
    leave(low);
    assertThat(urgent).filteredOn(each -> story.state(each) == PENDING).hasSize(1);
  }

  /** A limit that room for the first two uses up keeps the others from having anybody ended. */
  @ParameterizedTest
  @EnumSource(names = {"REQUEUE", "CANCEL", "SUSPEND"})
  void nobodyIsStoppedForMoreJobsThanALimitLetsStart(PreemptMode mode) {
    lowRunsAre(mode);
    Limit most = new Limit(LimitScope.GROUP, Quantity.CORES, "", 7);
    Rules rules = new Rules(1, null, List.of(), null, 0, List.of(most));
    story.does(new Input.SetRules(OWNER, new RulesSet(new Subject.Qos(URGENT), rules)));
    node("n1", 24);
    List<JobId> low = run(6, 6, 6, 6);
    List<JobId> urgent = wait(URGENT, 4, 3, 5, 4);
    plansAll();
    assertThat(asked(low)).isEqualTo(low.subList(2, 4));
    urgent.addAll(wait(URGENT, 2, 6));
    story.after(1000);
    plansAll();
    assertThat(asked(low)).as("for those who came later").hasSize(2);
    leave(low);
    assertAll(urgent.subList(0, 2), RUNNING);
    assertAll(urgent.subList(2, 6), PENDING);
    assertAll(low.subList(0, 2), RUNNING);
  }

  @Test
  void aThousandJobsOfAllSizesAreServedAtOnceAsFarAsThereAreRuns() {
    lowRunsAre(PreemptMode.REQUEUE);
    story.withoutChecks();
    node("n1", 2000);
    List<JobId> low = run(600, 600, 600, 200);
    int[] sizes = new int[1000];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = 1 + i * 7 % 5;
    }
    List<JobId> urgent = wait(URGENT, sizes);
    plansAll();
    assertThat(asked(low)).hasSize(4);
    leave(low);
    int served = 0;
    for (int cores = 0; cores + sizes[served] <= 2000; served++) {
      cores += sizes[served];
    }
    assertThat(urgent.subList(0, served))
        .filteredOn(each -> story.state(each) != RUNNING)
        .as("of %s served", served)
        .isEmpty();
  }
}
