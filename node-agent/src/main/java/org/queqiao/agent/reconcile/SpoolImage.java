package org.queqiao.agent.reconcile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.RunMetrics;

/** What the records of a spool add up to; the state an agent restarts from. */
public final class SpoolImage {
  /** Of how many runs the counters wait for a server; the oldest run's are given up then. */
  public static final int COUNTED_MAX = 8_192;

  private final TreeMap<RunId, RunMetrics> counted = new TreeMap<>();
  private final TreeMap<RunId, Kept> runs = new TreeMap<>();
  private long epoch;
  private long version;

  /** How far a run had come. */
  public enum Stage {
    INTENT,
    RECEIPT,
    CONCLUDED,
    ACKNOWLEDGED
  }

  /**
   * What is remembered of one run.
   *
   * @param stage how far it had come
   * @param startMs node time of the start, or 0
   * @param exit the end that only the agent knows, or null
   */
  public record Kept(Stage stage, long startMs, RunExit exit) {}

  /** Adds a record, in the order of the spool. */
  public void apply(SpoolRecord record) {
    switch (record) {
      case SpoolRecord.EpochRaised r -> {
        if (r.epoch() > epoch) {
          epoch = r.epoch();
          version = 0;
        }
      }
      case SpoolRecord.VersionSeen r -> {
        if (r.epoch() == epoch) {
          version = Math.max(version, r.version());
        }
      }
      case SpoolRecord.Intent r -> runs.putIfAbsent(r.run(), new Kept(Stage.INTENT, 0, null));
      case SpoolRecord.Receipt r -> {
        Kept kept = runs.get(r.run());
        if (kept == null || kept.stage() == Stage.INTENT) {
          runs.put(r.run(), new Kept(Stage.RECEIPT, r.startMs(), null));
        }
      }
      case SpoolRecord.Concluded r ->
          runs.put(r.exit().run(), new Kept(Stage.CONCLUDED, r.exit().startMs(), r.exit()));
      case SpoolRecord.Acknowledged r -> runs.put(r.run(), new Kept(Stage.ACKNOWLEDGED, 0, null));
      case SpoolRecord.Dropped r -> runs.remove(r.run());
      case SpoolRecord.Counted r -> {
        counted.put(r.metrics().run(), r.metrics());
        if (counted.size() > COUNTED_MAX) {
          counted.pollFirstEntry();
        }
      }
      case SpoolRecord.CountsStored r -> counted.remove(r.run());
    }
  }

  /** What was counted and is not known to be stored, by run. */
  public SortedMap<RunId, RunMetrics> counted() {
    return Collections.unmodifiableSortedMap(counted);
  }

  /** The highest epoch accepted, or 0. */
  public long epoch() {
    return epoch;
  }

  /** The last version accepted in {@link #epoch}, or 0. */
  public long version() {
    return version;
  }

  /** What is remembered, by run. */
  public SortedMap<RunId, Kept> runs() {
    return Collections.unmodifiableSortedMap(runs);
  }

  /** The shortest list of records that adds up to this image. */
  public List<SpoolRecord> records() {
    List<SpoolRecord> out = new ArrayList<>(runs.size() + 2);
    out.add(new SpoolRecord.EpochRaised(epoch));
    out.add(new SpoolRecord.VersionSeen(epoch, version));
    runs.forEach((run, kept) ->
        out.add(
            switch (kept.stage()) {
              case INTENT -> new SpoolRecord.Intent(run);
              case RECEIPT -> new SpoolRecord.Receipt(run, kept.startMs());
              case CONCLUDED -> new SpoolRecord.Concluded(kept.exit());
              case ACKNOWLEDGED -> new SpoolRecord.Acknowledged(run);
            }));
    counted.values().forEach(metrics -> out.add(new SpoolRecord.Counted(metrics)));
    return out;
  }
}
