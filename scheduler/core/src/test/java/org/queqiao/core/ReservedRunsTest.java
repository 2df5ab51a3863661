package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ReservationRequest;

/** What is told of a run in a reservation. */
final class ReservedRunsTest {
  private static final long HOUR_MS = 3_600_000;
  private static final ReservationName SCHOOL = new ReservationName("school");

  private final SchedulerStory story = SchedulerStory.site();

  @BeforeEach
  void oneNode() {
    story.node("n1", 4);
  }

  private void reserve(boolean magnetic, boolean endsJobs) {
    story.does(
        new Input.DefineReservation(
            SchedulerStory.user("admin1"),
            new ReservationRequest(
                SCHOOL,
                "",
                null,
                null,
                HOUR_MS,
                null,
                null,
                List.of(new NodeName("n1")),
                null,
                null,
                List.of(new UserName("liwei")),
                List.of(),
                false,
                magnetic,
                endsJobs)));
    story.ticks();
  }

  private String past(JobId job) {
    return ExplanationText.past(story.machine.state().job(job).orElseThrow(), story.nowMs);
  }

  @Test
  void aRunThatItsReservationEndsIsToldSo() {
    reserve(false, true);
    JobId job =
        story.submits("liwei", script().cpusPerTask(2).limitMs(3 * HOUR_MS).reservation(SCHOOL));
    JobId brief =
        story.submits("liwei", script().cpusPerTask(2).limitMs(HOUR_MS).reservation(SCHOOL));
    story.plans();
    assertThat(past(job)).contains("It got the nodes of reservation school.");
    story.after(HOUR_MS).ticks();
    story.ticks();
    assertThat(story.log)
        .extracting(logged -> logged.event())
        .contains(
            new JobKillRequested(new RunId(job, 1), KillCause.RESERVATION),
            new JobKillRequested(new RunId(brief, 1), KillCause.TIMEOUT));
    String why = "reservation school was over, and ends the jobs that run in it";
    assertThat(past(job)).contains("It is being ended", why);
    assertThat(past(brief)).as("its own limit").doesNotContain(why);
    story.exits(job, 0);
    assertThat(story.state(job)).isEqualTo(JobState.TIMEOUT);
    assertThat(story.machine.state().job(job).orElseThrow().detail()).isEqualTo(why);
    assertThat(past(job)).contains("It ended as TIMEOUT", why);
    JobId alike = story.submits("liwei", script().cpusPerTask(2).limitMs(3 * HOUR_MS));
    assertThat(story.machine.state().predictedMs(alike)).as("what that taught").isZero();
    story.exits(brief, 0);
    assertThat(story.machine.state().job(brief).orElseThrow().detail()).isEmpty();
  }

  @Test
  void aRunThatAMagneticReservationDrewIsToldWhich() {
    reserve(true, false);
    JobId job = story.submits("liwei", script().limitMs(HOUR_MS));
    story.plans();
    assertThat(past(job)).contains("reservation school, which draws such jobs");
  }
}
