package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;

/**
 * What runs that have ended used. slurmctld does not know it, and slurmdbd hears of it some time
 * after an end, which is told without waiting for it.
 */
final class UsedByRuns {
  private static final long ASK_AGAIN_MS = 5_000;

  /** So long after an end slurmdbd may take to hear of it. */
  private static final long GIVE_UP_MS = 3_600_000;

  /** So many runs in one question, and so many that are waited for: the oldest goes first. */
  private static final int ASK_MAX = 1_000;

  private static final int WANTED_MAX = 50_000;
  private static final long MS = 1_000;

  /** What answers for slurmdbd. */
  interface Records {
    List<SlurmRecord> of(long fromS, List<Long> jobs) throws SlurmException;
  }

  private record Wanted(DrivenJob job, long sinceMs) {}

  private final Records records;
  private final TreeMap<RunId, Wanted> wanted = new TreeMap<>();
  private long askedMs;

  /** The last of those that were asked for last. */
  private RunId last;

  UsedByRuns(Records records) {
    this.records = records;
  }

  /** A run has ended, as its node was told. */
  void ended(DrivenJob job, long nowMs) {
    if (job.number() != 0) {
      wanted.put(job.run(), new Wanted(job, nowMs));
      if (wanted.size() > WANTED_MAX) {
        wanted.pollFirstEntry();
      }
    }
  }

  /** Tells what is known by now, each run once. */
  void tell(long nowMs, BiConsumer<DrivenJob, RunMetrics> told) throws SlurmException {
    wanted.values().removeIf(each -> nowMs - each.sinceMs() > GIVE_UP_MS);
    if (wanted.isEmpty() || nowMs - askedMs < ASK_AGAIN_MS) {
      return;
    }
    askedMs = nowMs;
    // Those of which slurmdbd never hears must not keep others from being asked for.
    NavigableMap<RunId, Wanted> next = last == null ? wanted : wanted.tailMap(last, false);
    List<DrivenJob> asked =
        (next.isEmpty() ? wanted : next).values().stream().map(Wanted::job).limit(ASK_MAX).toList();
    last = asked.getLast().run();
    long fromS = asked.stream().mapToLong(DrivenJob::submitMs).min().orElseThrow() / MS;
    for (SlurmRecord each : records.of(fromS, asked.stream().map(DrivenJob::number).toList())) {
      DrivenJob job = RunMark.of(each.name()).map(mark -> DrivenJob.of(mark, each)).orElse(null);
      Wanted known = job == null ? null : wanted.get(job.run());
      if (known != null && job.isSameRun(known.job()) && job.isOver() && allTold(each)) {
        wanted.remove(job.run());
        List<CounterValue> values = values(each.usage());
        if (!values.isEmpty()) {
          told.accept(job, new RunMetrics(job.run(), values));
        }
      }
    }
  }

  /** Whether slurmdbd has heard of the end of each step: with it comes what it used. */
  private static boolean allTold(SlurmRecord record) {
    return !record.steps().isEmpty() && record.steps().stream().allMatch(step -> step.endS() > 0);
  }

  private static List<CounterValue> values(SlurmRecord.Usage usage) {
    List<CounterValue> values = new ArrayList<>();
    if (usage.userUs() >= 0 && usage.systemUs() >= 0) {
      values.add(CounterValue.exact(Counter.CPU_USER, usage.userUs()));
      values.add(CounterValue.exact(Counter.CPU_SYSTEM, usage.systemUs()));
    }
    if (usage.memBytes() >= 0) {
      values.add(CounterValue.exact(Counter.MEMORY_PEAK, usage.memBytes()));
    }
    return values;
  }
}
