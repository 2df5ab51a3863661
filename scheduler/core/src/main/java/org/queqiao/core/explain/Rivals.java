package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.limit.AccountKey;
import org.queqiao.core.limit.AccountLimits;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.ByPriority;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Throttle;

/**
 * Who of the queue competes with whom: a job that nothing but room keeps from starting, with all
 * who could use a node that it could use. Who waits for a limit, a wallet, its array or a
 * reservation holds up nobody, and neither does one whose nodes are down. One that is short of
 * licences may have been promised a start, and room with it: so it keeps others from room that
 * there is now, but it is not why there is none.
 *
 * <p>The queue is walked once for all questions of one position, no farther than they ask, and over
 * so many jobs at most. Of jobs that could use the same nodes the first one answers for all. To
 * open a queue of many groups costs a step for each, so its first jobs are remembered for a while
 * of the log's time that is the longer the more groups there are, unless half of them have gone:
 * what keeps them from starting is asked anew at each position, and a job that came since finds its
 * place among them.
 */
final class Rivals {
  /** So many jobs of the queue are looked at for any number of jobs. */
  static final int MAX_LOOKED = 1_000;

  /** So many for one job, on a copy of the state. */
  static final int MAX_LOOKED_FOR_ONE = 10_000;

  /** A queue of so many groups is opened at each position. */
  private static final int FEW_GROUPS = 2_000;

  /** The order of so many groups is remembered for a millisecond: a fiftieth of what it cost. */
  private static final int GROUPS_FOR_MS = 50;

  /** After so many questions at one position nothing happens any more, and the order is found. */
  private static final int MOST_QUESTIONS = 200;

  /** Where a job stands among those with which it competes. */
  enum Place {
    FIRST,
    BEHIND,
    /** It comes after all that were looked at, of which none competes with it. */
    BEYOND
  }

  private final Cluster cluster;

  /** Whose groups are not left out, or null. */
  private final AccountKey sought;

  private final int mostLooked;
  private final JobOrder.Queue queue;
  private final long openedAt;
  private final long openedMs;
  private final long lastJob;
  private final int groups;
  private final boolean remembered;
  private final List<Job> looked = new ArrayList<>();

  /** By job that was looked at: which one of them it is. Only looked up, never gone through. */
  private final LinkedHashMap<JobId, Integer> turns = new LinkedHashMap<>();

  private boolean ended;

  /** What was asked holds at this position of the log. */
  private long position;

  private AccountLimits limits;
  private ShutOut shutOut;
  private final List<Rival> found = new ArrayList<>();
  private ByPriority.Turns now;
  private int asked;
  private int gone;
  private int cost;
  private int questions;

  /** A job that may hold up others, and the nodes that it could use. */
  private record Rival(Job job, int turn, BitSet nodes, boolean licensed) {
    private boolean competes(Job other, BitSet nodesOfOther, boolean roomNow) {
      return (licensed || roomNow) && !job.equals(other) && nodes.intersects(nodesOfOther);
    }

    /** Whether it competes with all with whom another one does. */
    private boolean answersFor(Rival other) {
      return nodes == other.nodes && (licensed || !other.licensed);
    }
  }

  /** For all jobs that somebody asks about. */
  Rivals(Cluster cluster) {
    this(cluster, null, MAX_LOOKED, cluster.priorities().backlog().groups().size() > FEW_GROUPS);
  }

  /** For one job, at this position alone. */
  static Rivals of(Cluster cluster, Job sought) {
    return new Rivals(cluster, sought, MAX_LOOKED_FOR_ONE, false);
  }

  private Rivals(Cluster cluster, Job sought, int mostLooked, boolean remembered) {
    this.cluster = cluster;
    this.sought = sought == null ? null : AccountKey.of(sought);
    this.mostLooked = mostLooked;
    this.remembered = remembered;
    this.openedAt = cluster.position();
    this.openedMs = cluster.timeMs();
    this.lastJob = cluster.lastJobId();
    this.groups = cluster.priorities().backlog().groups().size();
    this.queue = new ByPriority().open(cluster, cluster.timeMs());
    begin();
    while (remembered && look()) {
      // The queue holds at this position alone.
    }
  }

  private void begin() {
    position = cluster.position();
    limits = new AccountLimits(new LimitTree(cluster, cluster.timeMs()));
    shutOut = new ShutOut(cluster);
    now = null;
    found.clear();
    asked = 0;
    gone = 0;
    cost = 0;
    questions = 0;
  }

  /** Whether this may be asked at the position of the log at which the cluster is. */
  boolean holds() {
    if (position == cluster.position()) {
      return position == openedAt || ++questions <= MOST_QUESTIONS;
    }
    boolean old = cluster.timeMs() - openedMs >= groups / GROUPS_FOR_MS;
    if (!remembered || old || 2 * gone >= Math.max(1, looked.size())) {
      return false;
    }
    begin();
    return true;
  }

  /**
   * Where a job stands that nothing but room keeps from starting.
   *
   * @param roomNow whether there is room for it now
   */
  Place place(Job job, boolean roomNow) {
    BitSet nodes = cluster.candidates().nodes(job.spec());
    int next = 0;
    while (true) {
      Integer own = turns.get(job.id());
      boolean come = job.id().value() > lastJob || job.eligibleMs() > openedMs;
      for (; next < found.size(); next++) {
        Rival each = found.get(next);
        if (own != null && each.turn() > own) {
          return Place.FIRST;
        }
        if (each.competes(job, nodes, roomNow) && (!come || isBefore(each.job(), job))) {
          return Place.BEHIND;
        }
      }
      if (own != null && asked > own || !ask()) {
        boolean known = own != null && asked > own || isWhole() || come && isBeforeOthers(job);
        return known ? Place.FIRST : Place.BEYOND;
      }
    }
  }

  /** Whether a job that came since comes before some of those that were asked. */
  private boolean isBeforeOthers(Job job) {
    for (int i = asked - 1; i >= 0; i--) {
      if (looked.get(i).startable()) {
        return isBefore(job, looked.get(i));
      }
    }
    return false;
  }

  private boolean isBefore(Job one, Job other) {
    now = now == null ? new ByPriority.Turns(cluster) : now;
    return now.isBefore(one, other);
  }

  /** Whether all of the queue was looked at and asked. */
  private boolean isWhole() {
    return ended && asked == looked.size();
  }

  /**
   * Asks the next job of the queue what keeps it from starting; false when no more are looked at.
   */
  private boolean ask() {
    if (asked == looked.size() && (remembered || !look())) {
      return false;
    }
    Job job = looked.get(asked);
    if (!job.startable()) {
      gone++;
    } else {
      cost += cluster.candidates().cost(job.spec());
      if (cost > mostLooked) {
        return false;
      }
      Rival rival = rival(job, turns.get(job.id()));
      if (rival != null && found.stream().noneMatch(each -> each.answersFor(rival))) {
        found.add(rival);
      }
    }
    asked++;
    return true;
  }

  /** Looks at the next job of the queue. */
  private boolean look() {
    if (looked.size() >= mostLooked) {
      return false;
    }
    Job job = queue.next();
    if (job == null) {
      ended = true;
      return false;
    }
    // An array comes once for each task that goes ahead, too.
    turns.putIfAbsent(job.id(), looked.size());
    looked.add(job);
    if (limits.ask(job) == LimitTree.Answer.ALL_BLOCKED && !isOfSought(job)) {
      queue.skipGroup();
    }
    return true;
  }

  private boolean isOfSought(Job job) {
    return AccountKey.of(job).equals(sought);
  }

  /**
   * Those that compete with a job and come before it.
   *
   * @param first the first of them
   * @param count how many were found
   * @param looked how many jobs were looked at
   * @param isAll whether all that come before it were looked at
   */
  record Before(List<Job> first, int count, int looked, boolean isAll) {}

  /** Finds who comes before a job and competes with it, as far as the queue is looked at. */
  Before before(Job job, boolean roomNow, int mostNamed) {
    BitSet nodes = cluster.candidates().nodes(job.spec());
    List<Job> first = new ArrayList<>();
    int count = 0;
    int costs = 0;
    for (int i = 0; i < looked.size() || look(); i++) {
      Job each = looked.get(i);
      costs += cluster.candidates().cost(each.spec());
      if (each.equals(job) || costs > mostLooked) {
        return new Before(first, count, i, each.equals(job));
      }
      Rival rival = turns.get(each.id()) == i ? rival(each, i) : null;
      if (rival != null && rival.competes(job, nodes, roomNow)) {
        count++;
        if (first.size() < mostNamed) {
          first.add(each);
        }
      }
    }
    return new Before(first, count, looked.size(), ended);
  }

  /** What others compete with; null when the job could not start with all room for itself. */
  private Rival rival(Job job, int turn) {
    if (limits.ask(job) != LimitTree.Answer.PASSES
        || Throttle.left(cluster, job) <= 0
        || isShut(job)
        || !cluster.candidates().fitUsable(job.spec())) {
      return null;
    }
    BitSet nodes = cluster.candidates().nodes(job.spec());
    if (shutOut.is(job, nodes)) {
      return null;
    }
    return new Rival(
        job, turn, nodes, cluster.licences().areFree(job.spec().placement().licences()));
  }

  private boolean isShut(Job job) {
    return job.spec().reservation() != null
        && !cluster.reservations().isOpen(job.spec().reservation());
  }
}
