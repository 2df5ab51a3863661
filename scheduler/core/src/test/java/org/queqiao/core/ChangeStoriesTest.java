package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.message.TermsRequest;

/** Jobs that ask for something else than at their submission. */
final class ChangeStoriesTest {
  private static final TermsRequest NONE = TermsRequest.NONE;

  private static SchedulerStory withCores(int cores) {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", cores);
    return story;
  }

  private static Input.ChangeJob change(
      String who, JobId job, JobRequest.Builder values, String... named) {
    return new Input.ChangeJob(
        user(who),
        job,
        new JobChange(new TreeSet<>(Arrays.asList(named)), values.build(), null),
        null);
  }

  private static Input.ChangeJob throttle(JobId job, Integer atOnce) {
    return new Input.ChangeJob(
        user("liwei"),
        job,
        new JobChange(new TreeSet<>(List.of("arrayAtOnce")), script().build(), atOnce),
        null);
  }

  @Test
  void whatIsNamedChangesAndNullIsTheDefault() {
    SchedulerStory story = withCores(4);
    JobId job =
        story.submits("liwei", script().name("a").cpusPerTask(9 - 5).limitMs(7_000L).hold(true));
    story.doesOneFact(
        change("liwei", job, script().name("b").cpusPerTask(2), "name", "cpusPerTask", "limitMs"));
    assertThat(story.job(job).spec().name()).isEqualTo("b");
    assertThat(story.job(job).spec().cpusPerTask()).isEqualTo(2);
    assertThat(story.job(job).spec().limitMs()).isEqualTo(HOUR_MS);
    assertThat(story.job(job).spec().hold()).isTrue();
    assertThat(story.job(job).revision()).isEqualTo(1);
    story.doesWithoutFacts(change("liwei", job, script().name("b"), "name"));
  }

  @Test
  void aChangeIsCheckedAsASubmissionIs() {
    SchedulerStory story = withCores(4);
    JobId job = story.submits("liwei", script().hold(true));
    assertThat(story.refuses(change("liwei", job, script().cpusPerTask(5), "cpusPerTask")).code())
        .isEqualTo(Code.INVALID);
    assertThat(
            story.refuses(change("liwei", job, script().limitMs(25 * HOUR_MS), "limitMs")).field())
        .isEqualTo("limitMs");
    assertThat(
            story
                .refuses(
                    change("liwei", job, script().project(SchedulerStory.MATERIALS), "project"))
                .code())
        .isEqualTo(Code.FORBIDDEN);
    assertThat(
            story.refuses(change("liwei", job, script().terms(NONE.withNice(-1)), "nice")).code())
        .isEqualTo(Code.FORBIDDEN);
    story.does(change("admin1", job, script().terms(NONE.withNice(-1)), "nice"));
    story.does(change("liwei", job, script().name("later"), "name"));
    assertThat(story.job(job).spec().terms().nice()).isEqualTo(-1);
    assertThat(story.refuses(change("wangfang", job, script().name("mine"), "name")).code())
        .isIn(Code.FORBIDDEN, Code.NOT_FOUND);
  }

  @Test
  void r33AChangeOfAnOlderVersionIsStale() {
    SchedulerStory story = withCores(1);
    JobId job = story.submits("liwei", script().hold(true));
    JobChange named =
        new JobChange(new TreeSet<>(List.of("name")), script().name("b").build(), null);
    story.does(new Input.ChangeJob(user("liwei"), job, named, 0));
    Rejection stale = story.refuses(new Input.ChangeJob(user("liwei"), job, named, 0));
    assertThat(stale.code()).isEqualTo(Code.STALE);
    assertThat(stale.message()).contains("its version is 1 and not 0");
  }

  @Test
  void ofARunningJobTheLimitFallsAndAdministratorsRaiseIt() {
    SchedulerStory story = withCores(1);
    JobId job = story.submits("liwei", script().limitMs(60_000L));
    story.plans();
    assertThat(story.refuses(change("liwei", job, script().name("b"), "name")).code())
        .isEqualTo(Code.CONFLICT);
    assertThat(story.refuses(change("liwei", job, script().limitMs(90_000L), "limitMs")).code())
        .isEqualTo(Code.FORBIDDEN);
    story.does(change("liwei", job, script().limitMs(30_000L), "limitMs"));
    story.does(change("admin1", job, script().limitMs(90_000L), "limitMs"));
    story.after(60_000).ticks();
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    story.does(change("liwei", job, script().limitMs(70_000L), "limitMs"));
    story.after(10_000).ticks();
    assertThat(story.state(job)).isEqualTo(JobState.COMPLETING);
    assertThat(story.refuses(change("liwei", job, script().limitMs(1L), "limitMs")).code())
        .isEqualTo(Code.CONFLICT);
    story.exits(job, 1);
    assertThat(story.state(job)).isEqualTo(JobState.TIMEOUT);
    assertThat(story.refuses(change("liwei", job, script().limitMs(1L), "limitMs")).code())
        .isEqualTo(Code.CONFLICT);
  }

  @Test
  void whenItMayStartIsCountedAnew() {
    SchedulerStory story = withCores(2);
    JobId first = story.submits("liwei", script().hold(true));
    JobId job = story.submits("liwei");
    story.does(
        change(
            "liwei", job, script().terms(NONE.withDependency("afterok:" + first)), "dependency"));
    assertThat(story.plans()).isZero();
    story.does(
        change(
            "liwei",
            job,
            script().terms(NONE.withBeginMs(story.nowMs + 5_000)),
            "dependency",
            "beginMs"));
    assertThat(story.plans()).isZero();
    story.after(5_000).ticks();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void itCannotBeMadeToWaitForItselfOrALaterJob() {
    SchedulerStory story = withCores(1);
    JobId job = story.submits("liwei", script().hold(true));
    JobId later = story.submits("liwei", script().terms(NONE.withDependency("afterok:" + job)));
    for (JobId other : List.of(job, later)) {
      Rejection circle =
          story.refuses(
              change(
                  "liwei",
                  job,
                  script().terms(NONE.withDependency("afterok:" + other)),
                  "dependency"));
      assertThat(circle.field()).isEqualTo("dependency");
      assertThat(circle.message()).contains("never on itself or a later one");
    }
  }

  @Test
  void anotherNameFreesThoseThatWaitForTheOldOneAndHoldsThoseOfTheNew() {
    SchedulerStory story = withCores(3);
    JobId first = story.submits("liwei", script().name("a").hold(true));
    JobId second = story.submits("liwei", script().name("b").hold(true));
    JobId ofA = story.submits("liwei", script().name("a").terms(NONE.withDependency("singleton")));
    JobId ofB = story.submits("liwei", script().name("b").terms(NONE.withDependency("singleton")));
    story.does(change("liwei", first, script().name("b"), "name"));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(ofA)).isEqualTo(JobState.RUNNING);
    story.does(new Input.CancelJob(user("liwei"), second));
    assertThat(story.plans()).isZero();
    story.does(new Input.CancelJob(user("liwei"), first));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(ofB)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void theThrottleOfAnArrayMovesAndItsOtherTasksFollowTheNewShape() {
    SchedulerStory story = withCores(8);
    JobId array = story.submits("liwei", script().array("0-9%1"));
    assertThat(story.plans()).isEqualTo(1);
    story.does(throttle(array, 3));
    assertThat(story.plans()).isEqualTo(2);
    story.does(change("liwei", array, script().cpusPerTask(2), "cpusPerTask"));
    story.does(throttle(array, null));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(story.machine.image().jobs().stream().filter(each -> each.task() != null))
        .extracting(each -> each.spec().cpusPerTask())
        .containsExactly(1, 1, 1, 2, 2);
    JobId single = story.submits("liwei", script().hold(true));
    assertThat(story.refuses(throttle(single, 2)).code()).isEqualTo(Code.CONFLICT);
  }

  @Test
  void aLimitOfSubmittedJobsDoesNotCountAJobTwice() {
    SchedulerStory story = withCores(1);
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                new Subject.Project(SchedulerStory.CLIMATE),
                new Rules(
                    1,
                    null,
                    List.of(),
                    null,
                    0,
                    List.of(
                        new Limit(LimitScope.GROUP, Quantity.SUBMITTED_JOBS, "", 1),
                        new Limit(LimitScope.JOB, Quantity.LIMIT_MS, "", 90_000))))));
    JobId job = story.submits("liwei", script().limitMs(60_000L).hold(true));
    story.does(change("liwei", job, script().limitMs(80_000L), "limitMs"));
    assertThat(story.refuses(change("liwei", job, script().limitMs(95_000L), "limitMs")).message())
        .contains("90000");
  }

  @Test
  void survivesARestart() {
    SchedulerStory story = withCores(1);
    JobId job = story.submits("liwei", script().hold(true));
    story.does(change("liwei", job, script().name("b"), "name"));
    byte[] digest = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(digest);
    assertThat(story.job(job).revision()).isEqualTo(1);
  }
}
