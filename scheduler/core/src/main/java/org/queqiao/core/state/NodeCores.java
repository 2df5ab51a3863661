package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.placement.NodeCapacity;

/**
 * Whose the cores of one node are where runs are stopped for others. A stopped run that yields
 * keeps its memory and devices, and its cores for later: they are free for nobody but those who may
 * push it aside, and at any time at most one run that is not stopped has a core.
 *
 * <pre>
 *   core       0  1  2  3
 *   yields     a  a  a  .
 *   occupied   b  b  .  c     core 2 is idle and kept for a
 * </pre>
 */
public final class NodeCores {
  /** Who was stopped later goes on earlier: it had the cores of those before. */
  public static final Comparator<Job> LAST_STOPPED_FIRST =
      Comparator.comparingLong((Job job) -> -job.suspension().sinceMs())
          .thenComparingLong(job -> -job.startMs())
          .thenComparing(Job::id, Comparator.reverseOrder());

  private final Node node;

  /** The cores of the holders that do not yield. */
  private final BitSet occupied = new BitSet();

  private final TreeMap<RunId, Job> yielding = new TreeMap<>();

  NodeCores(Node node) {
    this.node = node;
  }

  /** What a holder, or one to be, has and no other holder has as well. */
  Allocation alone(Job job, Allocation allocation) {
    if (yielding.isEmpty() && !job.preemption().yields()) {
      return allocation;
    }
    BitSet others = new BitSet();
    for (Job each : node.holders()) {
      if (each != job) {
        others.or(coresOf(each));
      }
    }
    return NodeCapacity.without(allocation, others);
  }

  void take(Job job, Allocation allocation) {
    if (job.preemption().yields()) {
      yielding.put(job.run(), job);
    } else {
      occupy(job, allocation);
    }
  }

  private void occupy(Job job, Allocation allocation) {
    for (int core : allocation.cores()) {
      if (occupied.get(core)) {
        throw new IllegalStateException(
            "not legal here: core " + core + " of " + node.name() + " is in use, " + job.run());
      }
      occupied.set(core);
    }
  }

  void give(Job job, Allocation allocation) {
    if (yielding.remove(job.run()) == null) {
      allocation.cores().forEach(occupied::clear);
    }
  }

  /** A stopped run lets others use its cores. */
  void yields(Job job, Allocation allocation) {
    allocation.cores().forEach(occupied::clear);
    yielding.put(job.run(), job);
  }

  /** It has its cores again. */
  void regains(Job job, Allocation allocation) {
    occupy(job, allocation);
    yielding.remove(job.run());
  }

  /** Whether a run that yields could have its cores again. */
  public boolean areIdle(Allocation allocation) {
    return allocation.cores().stream().noneMatch(occupied::get);
  }

  /** Whether some holder yields. */
  public boolean isShared() {
    return !yielding.isEmpty();
  }

  /** The runs that yield. */
  public List<Job> yielding() {
    return List.copyOf(yielding.values());
  }

  /**
   * The cores that are idle and kept for runs all of which may be passed over; a core that is also
   * kept for another is not among them.
   */
  public BitSet idle(Predicate<Job> passedOver) {
    BitSet idle = keptFor(passedOver);
    idle.andNot(occupied);
    idle.andNot(keptFor(passedOver.negate()));
    return idle;
  }

  /** The cores that such runs have, which are stopped and yield. */
  public BitSet keptFor(Predicate<Job> which) {
    BitSet kept = new BitSet();
    for (Job each : yielding.values()) {
      if (which.test(each)) {
        kept.or(coresOf(each));
      }
    }
    return kept;
  }

  /** The cores of a holder here. */
  public BitSet coresOf(Job job) {
    BitSet cores = new BitSet();
    for (Allocation each : job.allocations()) {
      if (each.node().equals(node.name())) {
        each.cores().forEach(cores::set);
      }
    }
    return cores;
  }

  /** What all holders have here. */
  List<Allocation> allocations() {
    List<Allocation> out = new ArrayList<>();
    for (Job job : node.holders()) {
      for (Allocation each : job.allocations()) {
        if (each.node().equals(node.name())) {
          out.add(each);
        }
      }
    }
    return out;
  }
}
