package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.ReservationRequest;

/** Arrays and jobs with components, in reservations and beside them. */
final class ReservedShapesTest {
  private static final ReservationName SCHOOL = new ReservationName("school");
  private final SchedulerStory story = SchedulerStory.site();

  @BeforeEach
  void fourNodesOfWhichTwoAreKept() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 2);
    }
  }

  private void reserve(boolean magnetic) {
    story.does(
        new Input.DefineReservation(
            SchedulerStory.user("admin1"),
            new ReservationRequest(
                SCHOOL,
                "",
                story.nowMs + HOUR_MS,
                null,
                HOUR_MS,
                null,
                null,
                List.of(new NodeName("n3"), new NodeName("n4")),
                null,
                null,
                List.of(new UserName("liwei")),
                List.of(),
                false,
                magnetic,
                false)));
  }

  private void passes(long ms) {
    story.after(ms).ticks();
    story.plans();
  }

  private List<String> nodesOf(ClusterImage.JobImage job) {
    return job.allocations().stream().map(each -> each.node().value()).toList();
  }

  private List<ClusterImage.JobImage> running(JobId array) {
    return story.machine.image().jobs().stream()
        .filter(job -> job.state() == JobState.RUNNING)
        .filter(job -> job.task() != null && job.task().array().equals(array))
        .toList();
  }

  private static JobRequest.Builder withComponent(int nodes) {
    return script()
        .cpusPerTask(2)
        .limitMs(HOUR_MS)
        .placement(
            JobPlacement.builder()
                .components(List.of(new JobComponent(nodes, nodes, 1, 0, List.of(), "")))
                .build());
  }

  @Test
  void theTasksOfAnArrayRunInItsReservationAloneAndAsManyAsItsThrottleLets() {
    reserve(false);
    JobId array =
        story.submits(
            "liwei", script().cpusPerTask(2).limitMs(HOUR_MS).array("1-5%2").reservation(SCHOOL));
    JobId free =
        story.submits("wangfang", script().cpusPerTask(2).limitMs(3 * HOUR_MS).array("1-5"));
    story.plans();
    assertThat(running(array)).isEmpty();
    assertThat(story.machine.state().pendingWhy(array).word()).isEqualTo("Reservation");
    assertThat(running(free))
        .extracting(this::nodesOf)
        .containsExactly(List.of("n1"), List.of("n2"));
    passes(HOUR_MS);
    assertThat(running(array))
        .extracting(this::nodesOf)
        .containsExactly(List.of("n3"), List.of("n4"));
    assertThat(running(array)).allMatch(job -> SCHOOL.equals(job.reservation()));
    story.after(HOUR_MS / 2).exits(running(array).getFirst().id(), 0);
    story.plans();
    assertThat(running(array)).hasSize(2);
    assertThat(running(free)).as("n3 is kept from the others until the end").hasSize(2);
    story.after(HOUR_MS / 2).exits(running(array).getFirst().id(), 0);
    story.ticks();
    story.plans();
    assertThat(running(array)).as("its reservation is over").hasSize(1);
    assertThat(running(free)).hasSize(3);
    assertThat(story.machine.state().pendingWhy(array).word()).isEqualTo("ReservationDeleted");
  }

  @Test
  void allComponentsOfAJobRunInItsReservationOrNone() {
    reserve(false);
    JobId inside = story.submits("liwei", withComponent(1).reservation(SCHOOL));
    story.plans();
    assertThat(story.state(inside)).isEqualTo(JobState.PENDING);
    assertThat(
            story
                .refuses(SchedulerStory.submission("liwei", withComponent(2).reservation(SCHOOL)))
                .message())
        .contains("school", "2 nodes");
    JobId outside = story.submits("wangfang", withComponent(2).limitMs(2 * HOUR_MS));
    story.plans();
    assertThat(story.state(outside)).as("two of four nodes are kept").isEqualTo(JobState.PENDING);
    passes(HOUR_MS);
    assertThat(nodesOf(story.job(inside))).containsExactly("n3", "n4");
    assertThat(story.state(outside)).isEqualTo(JobState.PENDING);
    story.exits(inside, 0);
    passes(HOUR_MS);
    assertThat(story.job(outside).allocations()).hasSize(3);
  }

  @Test
  void tasksWithComponentsAreDrawnByAMagneticReservationAsAWhole() {
    reserve(true);
    passes(HOUR_MS);
    JobId array = story.submits("liwei", withComponent(1).limitMs(HOUR_MS / 2).array("1-3"));
    story.plans();
    assertThat(running(array))
        .extracting(this::nodesOf)
        .containsExactly(List.of("n3", "n4"), List.of("n1", "n2"));
    assertThat(running(array))
        .extracting(ClusterImage.JobImage::reservation)
        .containsExactly(SCHOOL, null);
    story.exits(running(array).get(1).id(), 0);
    story.plans();
    assertThat(running(array)).hasSize(2);
    assertThat(nodesOf(running(array).get(1))).containsExactly("n1", "n2");
    assertThat(story.machine.state().indexDifferences()).isEmpty();
  }
}
