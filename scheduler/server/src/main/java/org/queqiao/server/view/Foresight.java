package org.queqiao.server.view;

import java.util.List;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleConsumer;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.job.JobState;

/** Compares what was predicted of runs, and promised to jobs, with what came; for any thread. */
public final class Foresight implements ClusterView.ChangeListener {
  private final JobTable jobs;
  private final LongAdder predicted = new LongAdder();
  private final LongAdder judged = new LongAdder();
  private final LongAdder outlived = new LongAdder();
  private final LongAdder errorMs = new LongAdder();
  private final LongAdder promised = new LongAdder();
  private final LongAdder late = new LongAdder();
  private final LongAdder lateMs = new LongAdder();
  private final LongAccumulator latestMs = new LongAccumulator(Math::max, 0);
  private volatile DoubleConsumer ratios = _ -> {};

  /** Looks at these jobs. */
  public Foresight(JobTable jobs) {
    this.jobs = jobs;
  }

  /** Who is told, for each run that was predicted, its predicted time divided by its time. */
  public void onRatio(DoubleConsumer listener) {
    ratios = listener;
  }

  @Override
  public void applied(List<LoggedEvent> events) {
    for (LoggedEvent each : events) {
      switch (each.event()) {
        case JobAllocated e -> started(e, each.timeMs());
        case JobEnded e -> ended(e);
        default -> {
          // nothing was foreseen of the others
        }
      }
    }
  }

  private void started(JobAllocated event, long startMs) {
    if (event.predictedMs() != 0) {
      predicted.increment();
    }
    JobEntry entry = jobs.find(event.run().job().value());
    if (entry == null || entry.foreseen().promisedMs() == 0) {
      return;
    }
    promised.increment();
    long afterMs = startMs - entry.foreseen().promisedMs();
    if (afterMs > 0) {
      late.increment();
      lateMs.add(afterMs);
      latestMs.accumulate(afterMs);
    }
  }

  /** Runs that something else than themselves, their users or their limits ended are not judged. */
  private void ended(JobEnded event) {
    JobEntry entry = jobs.find(event.job().value());
    boolean cutShort =
        event.state() == JobState.NODE_FAIL
            || event.state() == JobState.DEADLINE
            || event.state() == JobState.PREEMPTED;
    if (entry == null || cutShort || entry.status().startMs() == 0) {
      return;
    }
    long predictedMs = entry.foreseen().predictedMs();
    if (predictedMs == 0) {
      return;
    }
    long ranMs = Math.max(1, ranMs(entry.status(), event.endMs()));
    judged.increment();
    errorMs.add(Math.abs(predictedMs - ranMs));
    if (ranMs > predictedMs) {
      outlived.increment();
    }
    ratios.accept((double) predictedMs / ranMs);
  }

  /** Without the time for which it was suspended. */
  private static long ranMs(JobStatus status, long endMs) {
    return endMs - status.startMs() - status.suspendedMs(endMs);
  }

  /** All figures, in the order of the methods below. */
  public record Figures(
      long predicted,
      long judged,
      long outlived,
      long errorMs,
      long promised,
      long late,
      long lateMs,
      long latestMs) {}

  /** As they are now. */
  public Figures figures() {
    return new Figures(
        predicted(), judged(), outlived(), errorMs(), promised(), late(), lateMs(), latestMs());
  }

  /** Goes on from figures, before anything is counted. */
  public void restore(Figures figures) {
    predicted.add(figures.predicted());
    judged.add(figures.judged());
    outlived.add(figures.outlived());
    errorMs.add(figures.errorMs());
    promised.add(figures.promised());
    late.add(figures.late());
    lateMs.add(figures.lateMs());
    latestMs.accumulate(figures.latestMs());
  }

  /** Runs that were started with a prediction. */
  public long predicted() {
    return predicted.sum();
  }

  /** Those of them that ended by themselves, by their users or at their limits. */
  public long judged() {
    return judged.sum();
  }

  /** Those of them that ran longer than predicted. */
  public long outlived() {
    return outlived.sum();
  }

  /** By how much they ran shorter or longer, in all. */
  public long errorMs() {
    return errorMs.sum();
  }

  /** Runs of jobs that were promised a start. */
  public long promised() {
    return promised.sum();
  }

  /** Those of them that started later than promised. */
  public long late() {
    return late.sum();
  }

  /** By how much, in all. */
  public long lateMs() {
    return lateMs.sum();
  }

  /** By how much at the most. */
  public long latestMs() {
    return latestMs.get();
  }
}
