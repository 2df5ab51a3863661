package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.core.forecast.Forecaster;
import org.queqiao.core.forecast.ForwardOutcome;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.SampledRunTimes;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.TermsRequest;

/** When a job starts, as far as anybody can say. */
final class ForecastStoriesTest {
  private static final UserName LIWEI = new UserName("liwei");
  private static final UserName CHENJIE = new UserName("chenjie");

  private static Forecaster forecaster(SchedulerStory story, long steps) {
    return new Forecaster(story.machine.image(), story.nowMs, steps, () -> false);
  }

  private static RunTimeRatios runsOf(UserName user, int count, long percent) {
    RunTimeRatios learnt = new RunTimeRatios();
    for (int i = 0; i < count; i++) {
      learnt.ended(user, HOUR_MS * percent / 100, HOUR_MS);
    }
    return learnt;
  }

  private static SchedulerStory full() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    story.node("n1", 4);
    story.submits("liwei", SchedulerStory.script().cpusPerTask(4).limitMs(HOUR_MS));
    story.plans();
    return story;
  }

  @Test
  void aJobBehindARunStartsWhenRunsLikeItEnded() {
    SchedulerStory story = full();
    JobId waits = story.submits("liwei", SchedulerStory.script().cpusPerTask(4));
    byte[] live = story.machine.digest();
    Forecast half = forecaster(story, 100_000).forecast(waits, runsOf(LIWEI, 50, 50), 100);
    assertThat(half.ended()).isEqualTo(Forecast.Ended.COMPLETE);
    assertThat(half.samples()).isEqualTo(100);
    assertThat(half.startsByMs()).isEqualTo(story.nowMs + HOUR_MS);
    assertThat(half.p10Ms()).isBetween(story.nowMs + HOUR_MS * 48 / 100, half.p50Ms());
    assertThat(half.p90Ms()).isBetween(half.p50Ms(), story.nowMs + HOUR_MS * 54 / 100);
    assertThat(story.machine.digest()).isEqualTo(live);
    assertThat(forecaster(story, 100_000).forecast(waits, runsOf(LIWEI, 50, 50), 100))
        .isEqualTo(half);
  }

  @Test
  void aRunThatOutlivedWhatWasLearntIsExpectedToGoToItsLimit() {
    SchedulerStory story = full();
    story.after(HOUR_MS * 3 / 4);
    JobId waits = story.submits("liwei", SchedulerStory.script().cpusPerTask(4));
    Forecast late = forecaster(story, 100_000).forecast(waits, runsOf(LIWEI, 50, 50), 20);
    assertThat(late.startsByMs()).isEqualTo(story.nowMs + HOUR_MS / 4);
    assertThat(late.p10Ms()).isBetween(story.nowMs + HOUR_MS * 24 / 100, late.startsByMs());
    assertThat(late.p90Ms()).isEqualTo(late.p10Ms());
  }

  @Test
  void whoHasNoRunsIsTakenForEverybodyAndWithNoRunsAtAllLimitsCount() {
    SchedulerStory story = full();
    JobId waits = story.submits("liwei", SchedulerStory.script().cpusPerTask(4));
    Forecast ofAll = forecaster(story, 100_000).forecast(waits, runsOf(CHENJIE, 50, 20), 20);
    assertThat(ofAll.p90Ms())
        .isBetween(story.nowMs + HOUR_MS * 19 / 100, story.nowMs + HOUR_MS * 23 / 100);
    Forecast blind = forecaster(story, 100_000).forecast(waits, runsOf(CHENJIE, 19, 20), 20);
    assertThat(List.of(blind.p10Ms(), blind.p50Ms(), blind.p90Ms()))
        .containsOnly(blind.startsByMs());
    assertThat(blind.learntRuns()).isZero();
  }

  @Test
  void whatWaitsForSomebodyHasNoForecastAndWhatIsTooLongSaysSo() {
    SchedulerStory story = full();
    JobId held = story.submits("liwei", SchedulerStory.script().hold(true));
    assertThat(forecaster(story, 100_000).forecast(held, runsOf(LIWEI, 50, 50), 20).ended())
        .isEqualTo(Forecast.Ended.WAITS_FOR_SOMEBODY);
    JobId last = held;
    for (int i = 0; i < 50; i++) {
      last = story.submits("liwei", SchedulerStory.script().cpusPerTask(4));
    }
    Forecast few = forecaster(story, 700).forecast(last, runsOf(LIWEI, 50, 50), 100);
    assertThat(forecaster(story, 700).forecast(last, new RunTimeRatios(), 100).startsByMs())
        .isEqualTo(story.nowMs + 50 * HOUR_MS);
    assertThat(few.ended()).isEqualTo(Forecast.Ended.SPENT);
    assertThat(few.samples()).isLessThan(Forecaster.FEWEST_SAMPLES);
    assertThat(few.p50Ms()).isZero();
    assertThat(few.startsByMs()).isZero();
  }

  @Test
  void whatWaitsForSomebodySaysSoBesideAReservationThatNeverEnds() {
    SchedulerStory story = full();
    story.does(
        new Input.DefineReservation(
            SchedulerStory.user("admin1"),
            new ReservationRequest(
                new ReservationName("school"),
                "",
                story.nowMs + 2 * HOUR_MS,
                null,
                HOUR_MS,
                Repeat.DAILY,
                null,
                List.of(new NodeName("n1")),
                null,
                null,
                List.of(LIWEI),
                List.of(),
                false,
                false,
                false)));
    JobId held = story.submits("liwei", SchedulerStory.script().hold(true));
    JobId behind =
        story.submits(
            "liwei",
            SchedulerStory.script().terms(TermsRequest.NONE.withDependency("afterany:" + held)));
    JobId array = story.submits("liwei", SchedulerStory.script().array("0-3").hold(true));
    for (JobId each : List.of(held, behind, array)) {
      Forecast forecast = forecaster(story, 1_000).forecast(each, runsOf(LIWEI, 50, 50), 20);
      assertThat(forecast.ended()).isEqualTo(Forecast.Ended.WAITS_FOR_SOMEBODY);
    }
    JobId doomed =
        story.submits(
            "liwei",
            SchedulerStory.script()
                .hold(true)
                .limitMs(HOUR_MS)
                .terms(TermsRequest.NONE.withDeadlineMs(story.nowMs + 5 * HOUR_MS)));
    JobId after =
        story.submits(
            "liwei",
            SchedulerStory.script()
                .limitMs(HOUR_MS)
                .terms(TermsRequest.NONE.withDependency("afterany:" + doomed)));
    assertThat(forecaster(story, 100_000).forecast(after, runsOf(LIWEI, 50, 50), 20).p50Ms())
        .as("the deadline ends what it waits for")
        .isGreaterThan(story.nowMs);
  }

  /** The truth is one more draw; it should lie within P10 and P90 eight times in ten. */
  @Test
  void forecastsAreAsSureAsTheySay() {
    ForecastBook book = new ForecastBook(1_000);
    for (int seed = 1; seed <= 150; seed++) {
      Random random = new Random(seed);
      RunTimeRatios learnt = new RunTimeRatios();
      for (int i = 0; i < 200; i++) {
        learnt.ended(LIWEI, 1 + random.nextLong(HOUR_MS), HOUR_MS);
      }
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      story.node("n1", 8);
      JobId last = null;
      for (int i = 0; i < 20; i++) {
        last =
            story.submits(
                "liwei",
                SchedulerStory.script()
                    .cpusPerTask(i == 19 ? 8 : 1 + random.nextInt(8))
                    .limitMs(HOUR_MS * (1 + random.nextInt(5))));
        story.plans();
      }
      Forecast forecast = forecaster(story, 1_000_000).forecast(last, learnt, 50);
      ForwardOutcome truth =
          new ForwardRun(
                  story.machine.image(), new SampledRunTimes(learnt, 777_000 + seed), story.nowMs)
              .run(List.of(last), new ForwardRun.Bounds(Long.MAX_VALUE / 4, 100_000, () -> false));
      JobId number = new JobId(seed);
      book.gave(number, 1, forecast);
      book.started(number, truth.starts().get(last));
    }
    ForecastBook.Coverage coverage = book.coverage();
    assertThat(coverage.forecasts()).isEqualTo(150);
    assertThat(coverage.withinP10P90()).isBetween(105L, 138L);
    assertThat(coverage.belowP50()).isBetween(55L, 95L);
  }

  @Test
  void aForecastIsJudgedOnceWhenItsJobStartsAndTheBookIsBounded() {
    ForecastBook book = new ForecastBook(2);
    Forecast forecast = new Forecast(100, 200, 300, 400, 50, 0, 1_000, Forecast.Ended.COMPLETE);
    for (long job = 1; job <= 3; job++) {
      book.gave(new JobId(job), 7, forecast);
      book.gave(new JobId(job), 7, forecast);
    }
    book.gave(new JobId(3), 8, forecast);
    assertThat(book.coverage().given()).isEqualTo(4);
    book.started(new JobId(1), 150);
    book.started(new JobId(2), 301);
    book.started(new JobId(3), 200);
    book.started(new JobId(3), 150);
    assertThat(book.coverage()).isEqualTo(new ForecastBook.Coverage(4, 3, 2, 2));
    for (long position = 1; position <= 100; position++) {
      book.gave(new JobId(4), position, forecast);
    }
    book.ended(new JobId(4));
    book.started(new JobId(4), 150);
    assertThat(book.coverage()).isEqualTo(new ForecastBook.Coverage(20, 3, 2, 2));
    book.gave(
        new JobId(5), 1, new Forecast(0, 0, 0, 0, 0, 0, 0, Forecast.Ended.WAITS_FOR_SOMEBODY));
    assertThat(book.coverage().given()).isEqualTo(20);
  }

  @Test
  void whatIsLearntStaysBoundedAndForgetsSlowly() {
    RunTimeRatios learnt = runsOf(LIWEI, 10_000, 90);
    for (int i = 0; i < 10_000; i++) {
      learnt.ended(LIWEI, HOUR_MS / 10, HOUR_MS);
    }
    SchedulerStory story = full();
    JobId waits = story.submits("liwei", SchedulerStory.script().cpusPerTask(4));
    Forecast now = forecaster(story, 100_000).forecast(waits, learnt, 50);
    assertThat(now.p50Ms()).isLessThan(story.nowMs + HOUR_MS / 5);
    assertThat(learnt.runs()).isEqualTo(20_000);
    assertThat(learnt.copy().runs()).isEqualTo(20_000);
  }
}
