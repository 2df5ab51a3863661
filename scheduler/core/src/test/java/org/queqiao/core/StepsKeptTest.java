package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;
import org.queqiao.core.message.Input;

/** The steps of jobs that people may ask for are in the state and in its snapshots. */
final class StepsKeptTest {
  private static final NodeName N1 = new NodeName("n1");

  private final SchedulerStory story = SchedulerStory.site();

  private JobId running() {
    JobId job = story.submits("liwei");
    story.plans();
    story.starts(job);
    return job;
  }

  private void step(JobId job, String name) {
    int uid = story.job(job).uid();
    story.after(10).hears(new Input.StartStep(N1, uid, story.run(job), name, 2, List.of(N1)));
  }

  private List<StepImage> kept(JobId job) {
    ClusterImage image = ImageCodec.decode(ImageCodec.encode(story.machine.image()));
    assertThat(image).isEqualTo(story.machine.image());
    return image.steps().stream()
        .filter(each -> each.run().job().equals(job))
        .findFirst()
        .map(StepsImage::recent)
        .orElse(List.of());
  }

  @Test
  void stepsOfARunAndOfAJobThatHasEndedAreKept() {
    story.node("n1", 1);
    JobId job = running();
    step(job, "first");
    story.does(new Input.EndStep(N1, story.run(job), 0, 3));
    step(job, "second");
    long startedMs = story.nowMs;
    assertThat(kept(job)).extracting(StepImage::name).containsExactly("first", "second");
    assertThat(kept(job)).extracting(StepImage::exitCode).containsExactly(3, null);
    story.after(50).exits(job, 0);
    assertThat(kept(job).getLast())
        .isEqualTo(new StepImage(1, 1, "second", 2, List.of(N1), startedMs, startedMs + 50, null));
  }

  @Test
  void aJobThatRunsAgainKeepsTheStepsOfItsFormerRun() {
    story.node("n1", 1);
    JobId job = running();
    step(job, "before");
    story.does(new Input.RequeueJob(SchedulerStory.user("liwei"), job));
    story.after(5).exits(job, 0);
    assertThat(kept(job)).extracting(StepImage::attempt).containsExactly(1);
    story.after(5).plans();
    story.starts(job);
    step(job, "after");
    assertThat(kept(job)).extracting(StepImage::attempt).containsExactly(1, 2);
  }

  @Test
  void ofManyStepsTheLastAreKept() {
    story.node("n1", 1);
    JobId job = running();
    for (int i = 0; i < StepsImage.RECENT_MAX + 5; i++) {
      step(job, "step " + i);
      story.does(new Input.EndStep(N1, story.run(job), i, 0));
    }
    assertThat(kept(job)).hasSize(StepsImage.RECENT_MAX);
    assertThat(kept(job).getFirst().name()).isEqualTo("step 5");
  }

  private static StepImage wide(int number, int nodes) {
    return new StepImage(1, number, "wide", nodes, Collections.nCopies(nodes, N1), 1, 0, null);
  }

  @Test
  void ofStepsOnManyNodesFewerAreKeptAndTheLastAlways() {
    StepsImage steps = StepsImage.first(new RunId(new JobId(1), 1), List.of());
    for (int i = 0; i < 30; i++) {
      steps = steps.begun(wide(i, 1_000), List.of());
    }
    assertThat(steps.recentNodes()).isEqualTo(StepsImage.RECENT_NODES_MAX);
    assertThat(steps.recent().getFirst().number()).isEqualTo(20);
    steps = steps.begun(wide(30, StepsImage.RECENT_NODES_MAX + 1), List.of());
    assertThat(steps.recent()).extracting(StepImage::number).containsExactly(30);
  }
}
