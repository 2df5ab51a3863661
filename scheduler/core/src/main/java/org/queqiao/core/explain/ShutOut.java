package org.queqiao.core.explain;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.ReservationState;

/**
 * Whether reservations keep so many nodes from a job that it could not start now if nothing ran: it
 * waits for their end, and not for room. Holds at one position of the log.
 */
final class ShutOut {
  private final Cluster cluster;

  /** By the start of a reservation: the nodes of all that start by then. Found when needed. */
  private TreeMap<Long, BitSet> keptFrom;

  ShutOut(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Whether it is so.
   *
   * @param nodes that the job could use when they are idle
   */
  boolean is(Job job, BitSet nodes) {
    if (cluster.reservations().isEmpty()) {
      return false;
    }
    if (job.spec().reservation() != null || cluster.reservations().magneticFor(job) != null) {
      return false;
    }
    int needed = job.spec().shapes().stream().mapToInt(JobSpec::nodes).min().orElse(1);
    if (nodes.cardinality() - cluster.reservations().nodes().size() >= needed) {
      return false;
    }
    long untilMs = Math.addExact(cluster.timeMs(), job.spec().limitMs());
    Map.Entry<Long, BitSet> kept = keptFrom().lowerEntry(untilMs);
    if (kept == null) {
      return false;
    }
    BitSet left = (BitSet) nodes.clone();
    left.andNot(kept.getValue());
    return left.cardinality() < needed;
  }

  private TreeMap<Long, BitSet> keptFrom() {
    if (keptFrom == null) {
      keptFrom = new TreeMap<>();
      for (ReservationState each : cluster.reservations().all()) {
        keptFrom
            .computeIfAbsent(each.startMs(), _ -> new BitSet())
            .or(cluster.candidates().numbers(each.rules().nodes()));
      }
      BitSet before = new BitSet();
      for (BitSet each : keptFrom.values()) {
        each.or(before);
        before = each;
      }
    }
    return keptFrom;
  }
}
