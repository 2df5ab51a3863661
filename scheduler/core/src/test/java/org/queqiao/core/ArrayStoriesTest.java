package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;

/** Arrays: many like jobs of which only what runs is there. */
final class ArrayStoriesTest {
  private static final TermsRequest NONE = TermsRequest.NONE;

  private static SchedulerStory withCores(int cores) {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", cores);
    return story;
  }

  private static JobId task(SchedulerStory story, JobId array, int index) {
    return tasks(story, array).stream()
        .filter(job -> job.task().index() == index)
        .map(ClusterImage.JobImage::id)
        .findFirst()
        .orElseThrow();
  }

  private static List<ClusterImage.JobImage> tasks(SchedulerStory story, JobId array) {
    return story.machine.image().jobs().stream()
        .filter(job -> job.task() != null && job.task().array().equals(array))
        .toList();
  }

  private static List<Integer> running(SchedulerStory story, JobId array) {
    return tasks(story, array).stream()
        .filter(job -> job.state() == JobState.RUNNING)
        .map(job -> job.task().index())
        .toList();
  }

  private static int waiting(SchedulerStory story, JobId array) {
    return story.job(array).array().waiting().stream()
        .mapToInt(run -> run.last() - run.first() + 1)
        .sum();
  }

  @Test
  void startsTasksInTheOrderOfTheirIndicesAsJobsOfTheirOwn() {
    SchedulerStory story = withCores(3);
    JobId array = story.submits("liwei", script().array("7,1-5:2,100"));
    JobId later = story.submits("liwei");
    assertThat(story.plans()).isEqualTo(3);
    assertThat(running(story, array)).containsExactly(1, 3, 5);
    assertThat(waiting(story, array)).isEqualTo(2);
    ClusterImage.JobImage first = story.job(task(story, array, 1));
    assertThat(first.id().value()).isGreaterThan(later.value());
    assertThat(first.task()).isEqualTo(new ArrayTask(array, 1));
    assertThat(first.attempt()).isEqualTo(1);
    assertThat(story.desired("n1").getFirst().task()).isEqualTo(new ArrayTask(array, 1));
    story.exits(task(story, array, 3), 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, array)).containsExactly(1, 5, 7);
    assertThat(story.state(later)).isEqualTo(JobState.PENDING);
  }

  @Test
  void runsNoMoreTasksAtOnceThanItsThrottle() {
    SchedulerStory story = withCores(8);
    JobId array = story.submits("liwei", script().array("0-9%2"));
    JobId behind = story.submits("liwei");
    assertThat(story.plans()).isEqualTo(3);
    assertThat(running(story, array)).containsExactly(0, 1);
    assertThat(story.state(behind)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().pendingReason(array).slurmWord())
        .isEqualTo("JobArrayTaskLimit");
    assertThat(story.plans()).isZero();
    story.exits(task(story, array, 1), 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, array)).containsExactly(0, 2);
  }

  @Test
  void endsWhenAllTasksHave() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-1"));
    story.plans();
    story.after(1000).exits(task(story, array, 0), 0);
    story.ticks();
    assertThat(story.state(array)).isEqualTo(JobState.PENDING);
    story.after(1000).exits(task(story, array, 1), 0);
    story.ticks();
    assertThat(story.state(array)).isEqualTo(JobState.COMPLETED);
    assertThat(story.job(array).endMs()).isEqualTo(story.nowMs);
    story.doesWithoutFacts(new Input.Tick());
  }

  @Test
  void endsFailedWhenATaskFailedAndCancelledWhenSomeWereCancelled() {
    SchedulerStory story = withCores(2);
    JobId failed = story.submits("liwei", script().array("0-1"));
    story.plans();
    story.exits(task(story, failed, 0), 3);
    story.exits(task(story, failed, 1), 0);
    JobId cancelled = story.submits("liwei", script().array("0-2"));
    story.plans();
    story.exits(task(story, cancelled, 0), 0);
    story.exits(task(story, cancelled, 1), 0);
    story.does(new Input.CancelTasks(user("liwei"), cancelled, "2"));
    story.ticks();
    assertThat(story.state(failed)).isEqualTo(JobState.FAILED);
    assertThat(story.state(cancelled)).isEqualTo(JobState.CANCELLED);
    assertThat(story.job(cancelled).array().ended())
        .containsExactly(
            new ArrayImage.StateCount(JobState.COMPLETED, 2),
            new ArrayImage.StateCount(JobState.CANCELLED, 1));
  }

  @Test
  void isCancelledAsAWhole() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-999"));
    story.plans();
    story.does(new Input.CancelJob(user("liwei"), array));
    assertThat(waiting(story, array)).isZero();
    for (int index : List.of(0, 1)) {
      assertThat(story.state(task(story, array, index))).isEqualTo(JobState.COMPLETING);
      story.exits(task(story, array, index), 1);
    }
    story.ticks();
    assertThat(story.state(array)).isEqualTo(JobState.CANCELLED);
    story.doesWithoutFacts(new Input.CancelJob(user("liwei"), array));
    assertThat(story.plans()).isZero();
  }

  @Test
  void losesSingleTasks() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-9"));
    story.plans();
    story.does(new Input.CancelTasks(user("liwei"), array, "1,3-5"));
    assertThat(story.state(task(story, array, 1))).isEqualTo(JobState.COMPLETING);
    story.exits(task(story, array, 1), 1);
    story.plans();
    story.exits(task(story, array, 0), 0);
    story.plans();
    assertThat(running(story, array)).containsExactly(2, 6);
    story.doesWithoutFacts(new Input.CancelTasks(user("liwei"), array, "0,3"));
    assertThat(story.refuses(new Input.CancelTasks(user("liwei"), array, "10")).message())
        .isEqualTo("array " + array + " has no task 10: it has 0-9");
    assertThat(story.refuses(new Input.CancelTasks(user("liwei"), array, "1-")).message())
        .isEqualTo("the list of tasks has the end, where an index belongs (character 3)");
    assertThat(story.refuses(new Input.CancelTasks(user("chenjie"), array, "2")).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
  }

  @Test
  void isHeldAndReleased() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-9").hold(true));
    assertThat(story.plans()).isZero();
    story.does(new Input.ReleaseJob(user("liwei"), array));
    assertThat(story.plans()).isEqualTo(2);
    story.does(new Input.HoldJob(user("liwei"), array));
    story.exits(task(story, array, 0), 0);
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().pendingReason(array).slurmWord()).isEqualTo("JobHeldUser");
    story.does(new Input.ReleaseJob(user("liwei"), array));
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void holdsAndReleasesSingleTasks() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-9"));
    story.doesOneFact(new Input.HoldJob(user("liwei"), array, "0,2-3,9"));
    story.doesWithoutFacts(new Input.HoldJob(user("liwei"), array, "2"));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(running(story, array)).containsExactly(1, 4);
    story.doesOneFact(new Input.ReleaseJob(user("liwei"), array, "3-9"));
    story.exits(task(story, array, 1), 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, array)).containsExactlyInAnyOrder(3, 4);
    byte[] digest = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(digest);
    story.does(new Input.CancelTasks(user("liwei"), array, "2,5-9"));
    story.exits(task(story, array, 3), 0);
    story.exits(task(story, array, 4), 0);
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().pendingReason(array).slurmWord()).isEqualTo("JobHeldUser");
    story.doesOneFact(new Input.ReleaseJob(user("liwei"), array));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, array)).containsExactly(0);
    assertThat(story.refuses(new Input.HoldJob(user("liwei"), array, "0-3")).message())
        .isEqualTo(
            "of array " + array + " none of the tasks 0-3 waits: only what waits can be held");
  }

  @Test
  void onlyAnAdministratorReleasesTasksThatOneHolds() {
    SchedulerStory story = withCores(4);
    JobId array = story.submits("liwei", script().array("0-1"));
    story.does(new Input.HoldJob(user("admin1"), array, "1"));
    assertThat(story.refuses(new Input.ReleaseJob(user("liwei"), array, "1")).message())
        .contains("a task of array " + array + " is held by an administrator");
    assertThat(story.refuses(new Input.ReleaseJob(user("liwei"), array)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.machine.state().pendingReason(array).slurmWord()).isEqualTo("JobHeldAdmin");
    story.does(new Input.ReleaseJob(user("admin1"), array, "0-1"));
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void requeuesAndChangesSingleTasks() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-9"));
    story.plans();
    story.doesOneFact(new Input.RequeueJob(user("liwei"), array, "1"));
    assertThat(story.state(task(story, array, 1))).isEqualTo(JobState.COMPLETING);
    story.exits(task(story, array, 1), 1);
    story.doesOneFact(new Input.HoldJob(user("liwei"), array, "1"));
    assertThat(story.job(task(story, array, 1)).heldByUser()).isTrue();
    story.doesOneFact(new Input.ReleaseJob(user("liwei"), array, "1"));
    assertThat(story.refuses(new Input.RequeueJob(user("liwei"), array, "4-5")).message())
        .isEqualTo("of array " + array + " none of the tasks 4-5 runs and may run again");
    JobChange shorter =
        new JobChange(
            new TreeSet<>(List.of("limitMs")),
            JobRequest.builder(new byte[0]).limitMs(5_000L).build(),
            null);
    story.doesOneFact(new Input.ChangeJob(user("liwei"), array, shorter, null, "0"));
    assertThat(story.job(task(story, array, 0)).spec().limitMs()).isEqualTo(5_000);
    assertThat(story.job(array).spec().limitMs()).isNotEqualTo(5_000);
    assertThat(
            story.refuses(new Input.ChangeJob(user("liwei"), array, shorter, null, "7")).message())
        .isEqualTo("task 7 of array " + array + " has not started: it is changed with its array");
    assertThat(
            story
                .refuses(new Input.ChangeJob(user("liwei"), array, shorter, null, "7-8"))
                .message())
        .isEqualTo("one task is changed at a time, not 7-8");
    assertThat(story.refuses(new Input.HoldJob(user("liwei"), array, "10")).message())
        .isEqualTo("array " + array + " has no task 10: it has 0-9");
  }

  @Test
  void runsATaskAgainBeforeThoseThatNeverStarted() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-9%2"));
    story.plans();
    story.does(new Input.RequeueJob(user("liwei"), task(story, array, 0)));
    story.exits(task(story, array, 0), 1);
    assertThat(story.state(task(story, array, 0))).isEqualTo(JobState.PENDING);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, array)).containsExactly(0, 1);
    assertThat(story.job(task(story, array, 0)).attempt()).isEqualTo(2);
    story.does(new Input.RequeueJob(user("liwei"), array));
    assertThat(tasks(story, array)).allMatch(job -> job.state() == JobState.COMPLETING);
  }

  @Test
  void keepsOthersWaitingUntilAllOfItHasEndedWell() {
    SchedulerStory story = withCores(4);
    JobId array = story.submits("liwei", script().array("0-1"));
    JobId ok = story.submits("liwei", script().terms(NONE.withDependency("afterok:" + array)));
    JobId begun = story.submits("liwei", script().terms(NONE.withDependency("after:" + array)));
    assertThat(story.plans()).isEqualTo(2);
    story.ticks();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(begun)).isEqualTo(JobState.RUNNING);
    story.exits(task(story, array, 0), 0);
    story.ticks();
    assertThat(story.plans()).isZero();
    story.exits(task(story, array, 1), 0);
    story.ticks();
    story.ticks();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(ok)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void waitsTaskByTaskForAnother() {
    SchedulerStory story = withCores(4);
    JobId first = story.submits("liwei", script().array("0-2%2"));
    JobId second =
        story.submits(
            "liwei",
            script()
                .array("0-2")
                .terms(
                    NONE.withDependency("aftercorr:" + first).withKillOnInvalidDependency(true)));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(story.machine.state().pendingReason(second).slurmWord()).isEqualTo("Dependency");
    story.exits(task(story, first, 1), 0);
    assertThat(story.plans()).isEqualTo(2);
    assertThat(running(story, second)).containsExactly(1);
    story.exits(task(story, first, 0), 1);
    story.ticks();
    story.exits(task(story, first, 2), 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, second)).containsExactly(1, 2);
    assertThat(story.job(second).array().ended())
        .containsExactly(new ArrayImage.StateCount(JobState.CANCELLED, 1));
  }

  @Test
  void waitsTaskByTaskForWhatHasEndedBefore() {
    SchedulerStory story = withCores(3);
    JobId first = story.submits("liwei", script().array("0-2"));
    story.plans();
    story.exits(task(story, first, 0), 0);
    story.exits(task(story, first, 1), 1);
    JobId second =
        story.submits(
            "liwei", script().array("0-2").terms(NONE.withDependency("aftercorr:" + first)));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, second)).containsExactly(0);
    assertThat(
            story
                .refuses(
                    submission(
                        "liwei",
                        script().array("1-3").terms(NONE.withDependency("aftercorr:" + first))))
                .message())
        .isEqualTo(
            "array "
                + first
                + " has no task 3 that task 3 could wait for by aftercorr; it has 0-2");
  }

  @Test
  void beginsInTimeAndEndsWhatIsTooLate() {
    SchedulerStory story = withCores(1);
    long now = story.nowMs;
    JobId array =
        story.submits(
            "liwei",
            script()
                .array("0-3")
                .limitMs(60_000L)
                .terms(NONE.withBeginMs(now + 10_000).withDeadlineMs(now + 120_000)));
    assertThat(story.plans()).isZero();
    story.after(10_000).ticks();
    assertThat(story.plans()).isEqualTo(1);
    story.after(60_000).exits(task(story, array, 0), 0);
    story.ticks();
    assertThat(story.job(array).array().ended())
        .containsExactly(
            new ArrayImage.StateCount(JobState.COMPLETED, 1),
            new ArrayImage.StateCount(JobState.DEADLINE, 3));
    story.ticks();
    assertThat(story.state(array)).isEqualTo(JobState.FAILED);
  }

  @Test
  void countsEachTaskWhereJobsAreCounted() {
    SchedulerStory story = withCores(4);
    Subject liwei = new Subject.Member(SchedulerStory.CLIMATE, new UserName("liwei"));
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                liwei,
                new Rules(
                    1,
                    null,
                    List.of(),
                    null,
                    0,
                    List.of(
                        new Limit(LimitScope.GROUP, Quantity.SUBMITTED_JOBS, "", 10),
                        new Limit(LimitScope.GROUP, Quantity.RUNNING_JOBS, "", 2))))));
    JobId array = story.submits("liwei", script().array("0-8"));
    assertThat(story.refuses(submission("liwei", script().array("0-1"))).message())
        .contains("10 jobs that wait or run", "has 9, this job asks for 2");
    assertThat(story.plans()).isEqualTo(2);
    assertThat(running(story, array)).containsExactly(0, 1);
  }

  @Test
  void survivesARestart() {
    SchedulerStory story = withCores(2);
    JobId array = story.submits("liwei", script().array("0-99:3%2"));
    story.plans();
    story.does(new Input.CancelTasks(user("liwei"), array, "30-60:3"));
    byte[] digest = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(digest);
    story.exits(task(story, array, 0), 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(running(story, array)).containsExactly(3, 6);
  }

  @Test
  void aMillionTasksAreCancelledInPartsThatStaySmall() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    IntStream.range(0, 20).forEach(n -> story.node("n" + n, 128));
    JobId array = story.submits("liwei", script().array("1-1000000"));
    while (story.plans() > 0) {
      // until all cores are taken
    }
    int before = story.log.size();
    Input cancel = new Input.CancelJob(user("liwei"), array);
    int parts = 0;
    boolean more = true;
    while (more) {
      Decision part = story.machine.decide(cancel, story.nowMs);
      assertThat(part.facts()).hasSizeLessThanOrEqualTo(Decision.PART);
      part.facts().forEach(fact -> story.apply(fact.actor(), fact.event()));
      more = part.more();
      parts++;
    }
    assertThat(parts).isEqualTo(11);
    assertThat(story.log.size() - before).isEqualTo(2560 + 1);
    assertThat(waiting(story, array)).isZero();
    assertThat(tasks(story, array))
        .hasSize(2560)
        .allMatch(job -> job.state() == JobState.COMPLETING);
    story.doesWithoutFacts(cancel);
  }

  @Test
  void aMillionTasksAreSubmittedAndStartedAsTheyFit() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    IntStream.range(0, 4).forEach(n -> story.node("n" + n, 128));
    JobId array = story.submits("liwei", script().array("1-1000000"));
    int started = 0;
    for (int now = story.plans(); now > 0; now = story.plans()) {
      started += now;
    }
    assertThat(started).isEqualTo(512);
    assertThat(waiting(story, array)).isEqualTo(1_000_000 - 512);
    assertThat(story.job(array).array().waiting()).hasSize(1);
    long splits = story.log.stream().filter(e -> e.event() instanceof ArrayTaskSplit).count();
    assertThat(splits).isEqualTo(512);
  }
}
