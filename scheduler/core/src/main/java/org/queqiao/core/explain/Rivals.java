package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.ByPriority;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Throttle;

/**
 * Who of the queue competes with whom, at one position of the log: a job that nothing but room
 * keeps from starting, with all who could use a node that it could use. Who waits for a limit, a
 * wallet, its array or a reservation holds up nobody, and neither does one whose nodes are down.
 * One that is short of licences may have been promised a start, and room with it: so it keeps
 * others from room that there is now, but it is not why there is none.
 *
 * <p>The queue is walked once for all questions of one position, no farther than they ask, and over
 * so many jobs at most.
 */
final class Rivals {
  /** So many jobs of the queue are looked at. Who is behind all of them waits for its turn. */
  static final int MAX_LOOKED = 1_000;

  private final Cluster cluster;
  private final long position;
  private final LimitTree limits;
  private final JobOrder.Queue queue;
  private final List<Rival> found = new ArrayList<>();

  /** By job that was looked at: which one of them it is. */
  private final TreeMap<JobId, Integer> turns = new TreeMap<>();

  private boolean over;
  private boolean more;

  /** A job that may hold up others, and the nodes that it could use. */
  private record Rival(Job job, int turn, BitSet nodes, boolean licensed) {
    private boolean competes(Job other, BitSet nodesOfOther, boolean roomNow) {
      return (licensed || roomNow) && !job.equals(other) && nodes.intersects(nodesOfOther);
    }
  }

  Rivals(Cluster cluster) {
    this.cluster = cluster;
    this.position = cluster.position();
    this.limits = new LimitTree(cluster, cluster.timeMs());
    this.queue = new ByPriority().open(cluster, cluster.timeMs());
  }

  /** Whether this holds at a position of the log. */
  boolean isOf(long otherPosition) {
    return position == otherPosition;
  }

  /**
   * Whether a job that nothing but room keeps from starting comes after one that competes with it.
   *
   * @param roomNow whether there is room for it now
   */
  boolean isBehind(Job job, boolean roomNow) {
    BitSet nodes = cluster.candidates().nodes(job.spec());
    int next = 0;
    while (true) {
      Integer own = turns.get(job.id());
      for (; next < found.size(); next++) {
        Rival each = found.get(next);
        if (own != null && each.turn() > own) {
          return false;
        }
        if (each.competes(job, nodes, roomNow)) {
          return true;
        }
      }
      if (own != null || over) {
        return own == null && more;
      }
      look();
    }
  }

  /** Whether one of two jobs that may start, which comes first, holds up the other. */
  boolean competes(Job first, Job other, boolean roomNow) {
    Rival rival = rival(first, 0);
    return rival != null
        && rival.competes(other, cluster.candidates().nodes(other.spec()), roomNow);
  }

  /** Looks at the next job of the queue. */
  private void look() {
    Job job = turns.size() < MAX_LOOKED ? queue.next() : null;
    if (job == null) {
      over = true;
      more = turns.size() >= MAX_LOOKED;
      return;
    }
    // An array comes once for each task that goes ahead, too.
    turns.putIfAbsent(job.id(), turns.size());
    Rival rival = rival(job, turns.get(job.id()));
    if (rival != null) {
      found.add(rival);
    }
  }

  /** What others compete with; null when the job could not start with all room for itself. */
  private Rival rival(Job job, int turn) {
    if (limits.blocks(Claim.of(job)).isPresent()
        || Throttle.left(cluster, job) <= 0
        || isShut(job)
        || !cluster.candidates().fitUsable(job.spec())) {
      return null;
    }
    return new Rival(
        job,
        turn,
        cluster.candidates().nodes(job.spec()),
        cluster.licences().areFree(job.spec().placement().licences()));
  }

  private boolean isShut(Job job) {
    return job.spec().reservation() != null
        && !cluster.reservations().isOpen(job.spec().reservation());
  }
}
