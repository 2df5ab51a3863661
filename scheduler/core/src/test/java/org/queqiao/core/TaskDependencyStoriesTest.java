package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.Forecaster;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.message.Viewer;
import org.queqiao.core.state.Cluster;

/** Jobs that wait for one task of an array. */
final class TaskDependencyStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static JobRequest.Builder after(String dependency) {
    return script().terms(TermsRequest.NONE.withDependency(dependency));
  }

  private JobId array(String indices) {
    return story.submits("liwei", script().array(indices));
  }

  private JobId task(JobId array, int index) {
    return story.machine.image().jobs().stream()
        .filter(job ->
            job.task() != null && job.task().array().equals(array) && job.task().index() == index)
        .map(ClusterImage.JobImage::id)
        .findFirst()
        .orElseThrow();
  }

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  @Test
  void theEndOfThatTaskAloneCounts() {
    story.node("n1", 3);
    JobId array = array("1-5:2");
    JobId well = story.submits("liwei", after("afterok:" + array + "_3"));
    JobId badly = story.submits("liwei", after("afternotok:" + array + "_1"));
    JobId any = story.submits("liwei", after("afterany:" + array + "_5"));
    JobId never = story.submits("liwei", after("afterok:" + array + "_1"));
    assertThat(story.job(well).spec().terms().dependency().parts())
        .containsExactly(new Dependency(Dependency.Kind.AFTER_OK, array, 3, 0));
    assertThat(story.plans()).isEqualTo(3);
    assertThat(reason(well)).isEqualTo(PendingReason.DEPENDENCY);
    story.after(5000).exits(task(array, 3), 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(well)).isEqualTo(RUNNING);
    story.exits(task(array, 1), 1);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(badly)).isEqualTo(RUNNING);
    assertThat(reason(never)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    assertThat(reason(any)).isEqualTo(PendingReason.DEPENDENCY);
    story.exits(task(array, 5), 1);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(any)).isEqualTo(RUNNING);
  }

  @Test
  void afterGoesByTheStartOfThatTask() {
    story.node("n1", 1);
    JobId array = array("0-1");
    JobId later = story.submits("liwei", after("after:" + array + "_0+10"));
    JobId next = story.submits("liwei", after("after:" + array + "_1"));
    story.plans();
    assertThat(reason(later)).isEqualTo(PendingReason.BEGIN_TIME);
    assertThat(reason(next)).isEqualTo(PendingReason.DEPENDENCY);
    assertThat(story.job(later).dependencies().getFirst().readyMs())
        .isEqualTo(story.nowMs + 600_000);
    story.after(5000).exits(task(array, 0), 0);
    story.plans();
    assertThat(story.job(next).eligibleMs()).isEqualTo(story.nowMs);
  }

  @Test
  void aTaskThatIsCancelledBeforeItsStartHasEndedAndNotWell() {
    story.node("n1", 1);
    JobId array = array("0-9");
    JobId well = story.submits("liwei", after("afterok:" + array + "_7"));
    JobId badly = story.submits("liwei", after("afternotok:" + array + "_7"));
    JobId begun = story.submits("liwei", after("after:" + array + "_7"));
    JobId other = story.submits("liwei", after("afterok:" + array + "_9"));
    story.does(new Input.CancelTasks(user("liwei"), array, "5-8"));
    assertThat(reason(well)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    assertThat(story.job(badly).eligibleMs()).isEqualTo(story.nowMs);
    assertThat(story.job(begun).eligibleMs()).isEqualTo(story.nowMs);
    assertThat(reason(other)).isEqualTo(PendingReason.DEPENDENCY);
    story.does(new Input.CancelJob(user("liwei"), array));
    assertThat(reason(other)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
  }

  @Test
  void whatHasEndedBeforeCountsAndWhatIsForgottenIsRefused() {
    story.node("n1", 2);
    JobId array = array("0-2");
    story.plans();
    story.exits(task(array, 0), 0);
    story.exits(task(array, 1), 1);
    story.plans();
    JobId well = story.submits("liwei", after("afterok:" + array + "_0"));
    JobId never =
        story.submits(
            "liwei",
            script()
                .terms(
                    TermsRequest.NONE
                        .withDependency("afterok:" + array + "_1")
                        .withKillOnInvalidDependency(true)));
    assertThat(story.job(well).eligibleMs()).isEqualTo(story.nowMs);
    story.ticks();
    assertThat(story.state(never)).isEqualTo(CANCELLED);
    // The jobs of its tasks are forgotten before the array, which still runs.
    JobId first = task(array, 0);
    story.after(Cluster.KEEP_FINISHED_MS + 1);
    story.submits("liwei");
    assertThat(story.machine.image().jobs()).noneMatch(job -> job.id().equals(first));
    JobId late = story.submits("liwei", after("afterok:" + array + "_0"));
    assertThat(story.job(late).eligibleMs()).isEqualTo(story.nowMs);
    JobId lateToo = story.submits("liwei", after("afterok:" + array + "_1"));
    assertThat(reason(lateToo)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    story.exits(task(array, 2), 0);
    story.ticks();
    story.after(Cluster.KEEP_FINISHED_MS + 1);
    story.submits("liwei");
    assertThat(refusal("afterok:" + array + "_0"))
        .contains("job " + array + " ended too long ago for its tasks to be told apart");
    story.submits("liwei", after("afterany:" + array));
  }

  /** A task has a number of its own, which is easily taken for that of its array. */
  @Test
  void whoNamesATaskOfATaskIsToldWhichOneItIs() {
    story.node("n1", 1);
    JobId array = array("3-5");
    story.plans();
    JobId first = task(array, 3);
    String is = "job " + first + " is task " + array + "_3 and no array: ";
    assertThat(refusal("afterok:" + first + "_4")).isEqualTo(is + "there is no task 4 of it");
    assertThat(
            story
                .refuses(new Input.CancelTasks(SchedulerStory.user("liwei"), first, "4"))
                .message())
        .isEqualTo(is + "it has no tasks");
  }

  @Test
  void tasksThatAreNotThereAndCirclesAreRefused() {
    JobId array = array("1-9:4");
    assertThat(refusal("afterok:" + array + "_2"))
        .isEqualTo("array " + array + " has no task 2; it has 1-9:4");
    assertThat(refusal("afterok:" + array + "_999999999")).contains("has no task 999999999");
    assertThat(refusal("afterok:" + (array.value() + 1) + "_1")).contains("never on itself");
    assertThat(refusal("afterok:" + array + "_1:" + array + "_1")).contains("twice");
    JobId next = story.submits("liwei", after("afterok:" + array + "_5"));
    for (String circle : List.of("afterok:" + next, "afterany:" + array + "_9")) {
      assertThat(
              story
                  .refuses(
                      new Input.ChangeJob(
                          user("liwei"),
                          array,
                          new JobChange(
                              new TreeSet<>(List.of("dependency")), after(circle).build(), null),
                          null))
                  .message())
          .contains("never on itself or a later one");
    }
  }

  @Test
  void itIsToldWhichTaskIsWaitedForAndThatSomebodyMustReleaseIt() {
    story.node("n1", 4);
    JobId array = array("0-3");
    story.does(new Input.HoldJob(user("liwei"), array, "2"));
    JobId next = story.submits("liwei", after("afterok:" + array + "_2"));
    JobId other = story.submits("liwei", after("afterok:" + array + "_1"));
    story.plans();
    Explanation explained = story.machine.state().explain(next, story.nowMs).orElseThrow();
    assertThat(ExplanationText.waiting(explained, story.nowMs, 0, Viewer.OWNER))
        .contains("It depends on afterok:" + array + "_2, not met yet.");
    assertThat(forecast(next).ended()).isEqualTo(Forecast.Ended.WAITS_FOR_SOMEBODY);
    assertThat(forecast(other).ended()).isNotEqualTo(Forecast.Ended.WAITS_FOR_SOMEBODY);
    assertThat(story.state(other)).isEqualTo(PENDING);
  }

  /** A deadline is an end, for whoever waits for any. */
  @Test
  void aTaskThatADeadlineEndsIsNotWaitedForByWhoTakesAnyEnd() {
    story.node("n1", 4);
    JobId array =
        story.submits(
            "liwei",
            SchedulerStory.script()
                .array("0-3")
                .hold(true)
                .limitMs(SchedulerStory.HOUR_MS)
                .terms(TermsRequest.NONE.withDeadlineMs(story.nowMs + 5 * SchedulerStory.HOUR_MS)));
    JobId any = story.submits("liwei", after("afterany:" + array + "_3"));
    JobId ok = story.submits("liwei", after("afterok:" + array + "_3"));
    assertThat(forecast(any).ended()).isNotEqualTo(Forecast.Ended.WAITS_FOR_SOMEBODY);
    assertThat(forecast(ok).ended()).isEqualTo(Forecast.Ended.WAITS_FOR_SOMEBODY);
  }

  private Forecast forecast(JobId job) {
    return new Forecaster(story.machine.image(), story.nowMs, 100_000, () -> false)
        .forecast(job, new RunTimeRatios(), 20);
  }

  private String refusal(String dependency) {
    return story.refuses(submission("liwei", after(dependency))).message();
  }
}
