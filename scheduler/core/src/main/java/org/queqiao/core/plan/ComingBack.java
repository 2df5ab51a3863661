package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.NodeCores;

/**
 * When runs that were stopped for others go on, at the latest: when all those who came onto their
 * cores have run to their limits, one after the other. In a plan a core belongs to whoever has it
 * last, so that it is free when the last of them is gone.
 *
 * <pre>
 *   core 0   a stopped, b stopped for c, c runs:   c to its limit, then the rest of b, then of a
 * </pre>
 */
public final class ComingBack {
  private final Cluster cluster;

  public ComingBack(Cluster cluster) {
    this.cluster = cluster;
  }

  /** As when a run started that ends with its limit: one that is stopped counts its waiting too. */
  long startMs(Job job, long nowMs) {
    long startMs = JobClock.startWithoutStopsMs(job, nowMs);
    return job.preemption().yields() ? Math.addExact(startMs, waitMs(job, nowMs)) : startMs;
  }

  /** How long a run that yields waits for its cores at most. */
  public long waitMs(Job job, long nowMs) {
    long most = 0;
    for (Allocation each : job.allocations()) {
      NodeCores cores = coresOf(each);
      for (int core : each.cores()) {
        long wait = 0;
        for (Job other : cluster.nodes().find(each.node()).orElseThrow().holders()) {
          boolean before =
              other != job
                  && (!other.preemption().yields() || isBefore(other, job))
                  && cores.coresOf(other).get(core);
          wait += before ? Math.max(0, JobClock.latestEndMs(other, nowMs) - nowMs) : 0;
        }
        most = Math.max(most, wait);
      }
    }
    return most;
  }

  private static boolean isBefore(Job one, Job other) {
    return NodeCores.LAST_STOPPED_FIRST.compare(one, other) < 0;
  }

  private NodeCores coresOf(Allocation allocation) {
    return cluster.nodes().find(allocation.node()).orElseThrow().cores();
  }

  /**
   * What a run gives back at its end, on nodes where some yield: not the cores that another has
   * after it.
   *
   * @param on its nodes by number, the licences among them
   */
  Demand demand(Job job, int[] on, ClusterKinds kinds, int licenceNode) {
    List<Share> shares = new ArrayList<>();
    int next = 0;
    for (int number : on) {
      if (number == licenceNode && !job.spec().placement().licences().isEmpty()) {
        shares.add(new Share(kinds.ofLicences(job.spec().placement().licences()), false));
        continue;
      }
      Allocation here = job.allocations().get(next++);
      long[] amounts = kinds.of(here);
      NodeCores cores = coresOf(here);
      BitSet mine = cores.coresOf(job);
      mine.andNot(
          cores.keptFor(
              other -> other != job && (!job.preemption().yields() || isBefore(job, other))));
      amounts[0] = mine.cardinality();
      shares.add(new Share(amounts, false));
    }
    return Demand.ofShares(shares);
  }

  /** By number, the runs that a stopped one waits for. */
  public List<Job> waitsFor(Job job) {
    List<Job> out = new ArrayList<>();
    for (Allocation each : job.allocations()) {
      BitSet mine = coresOf(each).coresOf(job);
      for (Job other : cluster.nodes().find(each.node()).orElseThrow().holders()) {
        if (other != job
            && !other.preemption().yields()
            && coresOf(each).coresOf(other).intersects(mine)
            && !out.contains(other)) {
          out.add(other);
        }
      }
    }
    return out;
  }
}
