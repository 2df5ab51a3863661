package org.queqiao.server.forecast;

import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.predict.Lesson;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobTable;

/**
 * Learns from ended runs which part of their limits they lasted and how long those took to leave
 * that made room for others, keeps the forecasts that were given, and judges each when its job
 * starts. A new one learns from the ended jobs that the state still knows; what was given and
 * judged is kept by {@link Proved}.
 */
public final class Forecasts implements ClusterView.ChangeListener {
  private static final int MOST_JOBS = 20_000;

  private final JobTable jobs;
  private final RunTimeRatios learnt = new RunTimeRatios();
  private final ForecastBook book = new ForecastBook(MOST_JOBS);

  /** Why those runs are told to end that have not ended yet. */
  private final TreeMap<JobId, KillCause> told = new TreeMap<>();

  /**
   * Begins with what an image says.
   *
   * @param jobs of the view that it hears changes of
   */
  public Forecasts(ClusterImage image, JobTable jobs) {
    this.jobs = jobs;
    for (ClusterImage.JobImage each : image.jobs()) {
      boolean ran = each.state().isTerminal() && each.startMs() > 0;
      OperatorEnd operator = each.operatorEnd();
      if (ran
          && Lesson.in(
              each.state(),
              each.exit(),
              each.killCause(),
              operator == null ? null : operator.cause())) {
        long ranMs = each.endMs() - each.startMs() - each.suspendedMs(each.endMs());
        learnt.ended(each.user(), ranMs, each.spec().limitMs());
      }
      learnt.leaving().begins(each);
      if (!each.state().isTerminal() && each.killCause() != null) {
        told.put(each.id(), each.killCause());
      }
    }
  }

  @Override
  public synchronized void applied(List<LoggedEvent> events) {
    for (LoggedEvent each : events) {
      judge(each);
      learnt.leaving().learn(each, toldToEnd(each));
      switch (each.event()) {
        case JobKillRequested e -> told.put(e.run().job(), e.cause());
        case JobRequeued e -> told.remove(e.run().job());
        case JobEnded e -> learn(e);
        default -> {
          // says nothing of how long runs last
        }
      }
    }
  }

  /** Judges what was forecast of a job that starts, without learning. */
  synchronized void judge(LoggedEvent logged) {
    switch (logged.event()) {
      case JobAllocated e -> book.started(e.run().job(), logged.timeMs());
      case JobEnded e -> book.ended(e.job());
      default -> {
        // says nothing of starts
      }
    }
  }

  /** Whose run is told to end, where this says so of one that the view knows. */
  private UserName toldToEnd(LoggedEvent logged) {
    if (!(logged.event() instanceof JobKillRequested kill)) {
      return null;
    }
    JobEntry entry = jobs.find(kill.run().job().value());
    return entry == null ? null : entry.user();
  }

  private void learn(JobEnded ended) {
    JobEntry entry = jobs.find(ended.job().value());
    KillCause cause = told.remove(ended.job());
    if (entry == null || ended.attempt() == 0 || !Lesson.in(ended, cause)) {
      return;
    }
    long startMs = entry.status().startMs();
    if (startMs > 0) {
      long ranMs = ended.endMs() - startMs - entry.status().suspendedMs(ended.endMs());
      learnt.ended(entry.user(), ranMs, entry.limitMs());
    }
  }

  /** What is known of run times, as it is now. */
  public synchronized RunTimeRatios learnt() {
    return learnt.copy();
  }

  /**
   * A forecast was given, made at a position of the log. One whose job has started meanwhile is
   * judged at once.
   */
  public synchronized void gave(JobId job, long position, Forecast forecast) {
    JobEntry entry = jobs.find(job.value());
    if (entry == null || entry.status().state().isTerminal()) {
      return;
    }
    book.gave(job, position, forecast);
    if (entry.status().state() != JobState.PENDING) {
      book.started(job, entry.status().startMs());
    }
  }

  /** What was given and judged. */
  synchronized ForecastBook.Image book() {
    return book.image();
  }

  /** Goes on from what was given and judged before. */
  synchronized void restore(ForecastBook.Image image) {
    book.restore(image);
  }

  /** How forecasts proved. */
  public synchronized ForecastBook.Coverage coverage() {
    return book.coverage();
  }
}
