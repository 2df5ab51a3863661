package org.queqiao.agent.measure;

import java.util.List;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;

/**
 * What runs made of their accelerators. How busy one is when it is read counts for the time since
 * the reading before; its energy is that of its own counter, or its power for that time. Pure; used
 * by one thread.
 */
final class AcceleratorTimes {
  private static final long UJ_OF_MJ = 1_000;
  private static final long MILLI = 1_000;

  private final TreeMap<RunId, Kept> runs = new TreeMap<>();
  private final long gapMs;

  /**
   * Nothing is known yet.
   *
   * @param gapMs a reading counts for so long at most
   */
  AcceleratorTimes(long gapMs) {
    this.gapMs = gapMs;
  }

  /**
   * Sums over the accelerators of a run.
   *
   * @param timeMs for which it is known how busy they were, each counted by itself
   * @param busyMs of that, times how busy they were
   * @param idleMs of that, when they were less busy than {@link AcceleratorTime#IDLE_BELOW_MILLI}
   * @param energyUj microjoules; -1 where one does not tell
   * @param peakBytes the most memory in use at a reading; -1 where one does not tell
   * @param read whether a reading fell into its time
   */
  record Totals(
      long timeMs, long busyMs, long idleMs, long energyUj, long peakBytes, boolean read) {}

  private static final class Kept {
    private final TreeMap<Integer, Accelerator> last = new TreeMap<>();
    private long lastMs;
    private boolean read;
    private boolean over;
    private long timeMs;
    private long busyMilliMs;
    private long idleMs;
    private long energyUj;
    private long peakBytes;
    private boolean energyKnown = true;
    private boolean memoryKnown = true;
  }

  /** A run is about to begin with these. */
  void begin(RunId run, List<Accelerator> held, long nowMs) {
    Kept kept = new Kept();
    kept.lastMs = nowMs;
    held.forEach(each -> kept.last.put(each.number(), each));
    runs.putIfAbsent(run, kept);
  }

  /** A run that was followed before goes on with these sums; the time since then is not known. */
  void carry(RunId run, Totals before, List<Accelerator> held, long nowMs) {
    if (runs.containsKey(run)) {
      return;
    }
    begin(run, held, nowMs);
    Kept kept = runs.get(run);
    kept.read = before.read();
    kept.timeMs = before.timeMs();
    kept.busyMilliMs = before.busyMs() * MILLI;
    kept.idleMs = before.idleMs();
    kept.energyUj = Math.max(0, before.energyUj());
    kept.energyKnown = before.energyUj() >= 0;
    kept.peakBytes = Math.max(0, before.peakBytes());
    kept.memoryKnown = before.peakBytes() >= 0;
  }

  /** A beat: how the accelerators of a run are now. */
  void beat(RunId run, List<Accelerator> held, long nowMs) {
    Kept kept = runs.get(run);
    if (kept == null || kept.over) {
      return;
    }
    long passedMs = Math.clamp(nowMs - kept.lastMs, 0, gapMs);
    long memory = 0;
    for (Accelerator each : held) {
      busy(kept, each, passedMs);
      energy(kept, each, passedMs);
      kept.memoryKnown &= each.memBytes() >= 0;
      memory += Math.max(0, each.memBytes());
      kept.last.put(each.number(), each);
    }
    kept.peakBytes = Math.max(kept.peakBytes, memory);
    kept.read |= !held.isEmpty();
    kept.lastMs = nowMs;
  }

  /**
   * A run has ended: its last moments were as the beat before them, for nothing of it runs now.
   *
   * @param held how its accelerators are now
   */
  void ended(RunId run, List<Accelerator> held, long endMs) {
    Kept kept = runs.get(run);
    if (kept == null || kept.over) {
      return;
    }
    kept.over = true;
    long passedMs = Math.clamp(endMs - kept.lastMs, 0, gapMs);
    if (kept.read) {
      kept.last.values().forEach(each -> busy(kept, each, passedMs));
    }
    held.forEach(each -> energy(kept, each, passedMs));
  }

  private static void busy(Kept kept, Accelerator each, long passedMs) {
    if (each.busyMilli() >= 0) {
      kept.timeMs += passedMs;
      kept.busyMilliMs += passedMs * each.busyMilli();
      kept.idleMs += each.busyMilli() < AcceleratorTime.IDLE_BELOW_MILLI ? passedMs : 0;
    }
  }

  private static void energy(Kept kept, Accelerator each, long passedMs) {
    Accelerator before = kept.last.get(each.number());
    long counted =
        before == null || before.energyMj() < 0 ? -1 : each.energyMj() - before.energyMj();
    if (each.energyMj() >= 0 && counted >= 0) {
      kept.energyUj += counted * UJ_OF_MJ;
    } else if (each.powerMw() >= 0) {
      // A milliwatt for a millisecond is a microjoule.
      kept.energyUj += each.powerMw() * passedMs;
    } else {
      kept.energyKnown = false;
    }
  }

  /** The sums of a run so far; null where nothing was read since it began. */
  Totals of(RunId run) {
    Kept kept = runs.get(run);
    if (kept == null || !kept.read && !kept.over) {
      return null;
    }
    return new Totals(
        kept.timeMs,
        kept.busyMilliMs / MILLI,
        kept.idleMs,
        kept.energyKnown ? kept.energyUj : -1,
        kept.memoryKnown && kept.read ? kept.peakBytes : -1,
        kept.read);
  }

  /** A figure of the last reading over all accelerators of a run; -1 where one does not tell. */
  long now(RunId run, ToLongFunction<Accelerator> figure, boolean average) {
    Kept kept = runs.get(run);
    if (kept == null || kept.last.isEmpty()) {
      return -1;
    }
    long sum = 0;
    for (Accelerator each : kept.last.values()) {
      long told = figure.applyAsLong(each);
      if (told < 0) {
        return -1;
      }
      sum += told;
    }
    return average ? sum / kept.last.size() : sum;
  }

  void forget(RunId run) {
    runs.remove(run);
  }
}
