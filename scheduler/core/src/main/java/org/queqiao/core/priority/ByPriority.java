package org.queqiao.core.priority;

import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.core.state.Backlog;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Learning;
import org.queqiao.core.state.Lot;
import org.queqiao.core.state.Policy;

/**
 * Those who were promised a start first, if the site plans by the policy that keeps many promises,
 * by the promised start; then by the tier of the partition, then by priority. Among equals, where
 * age has a weight, who may start for longer; then, if the site plans by the default policy, by
 * area (see {@link ShortArea}), where the one that was promised a start is before all; then by
 * number. Without any weights and with another policy that is first come, first served. The groups
 * of the backlog are merged by their heads: a pass costs one place for each group and one step for
 * each job looked at, however many wait.
 */
public final class ByPriority implements JobOrder {
  private static final long PER_SECOND = 1_000;
  private static final long FIRST = Long.MIN_VALUE;

  private final boolean kept;

  /** An order that is kept from pass to pass. */
  public ByPriority() {
    this(true);
  }

  /** The same order, which may be asked for to be made anew for each pass. */
  public ByPriority(boolean kept) {
    this.kept = kept;
  }

  @Override
  public boolean isKept() {
    return kept;
  }

  @Override
  public Queue open(Cluster cluster, long nowMs) {
    return new Merged(new Ranks(cluster, nowMs), cluster);
  }

  @Override
  public Queue openByTurn(Cluster cluster, long nowMs) {
    return new Merged(new Ranks(cluster, nowMs, false), cluster);
  }

  @Override
  public Places places(Cluster cluster) {
    Ranks ranks = new Ranks(cluster, cluster.timeMs());
    PriorityPolicy policy = cluster.priorities().policy();
    return (job, each) ->
        cluster
            .priorities()
            .backlog()
            .places(
                job,
                policy,
                (group, place) ->
                    each.at(
                        ranks.spot(group, ranks.fixed(group), job, place), Ahead.of(group.lot())));
  }

  /** Compares the turns of jobs that may start, as they are now. */
  public static final class Turns {
    private final Cluster cluster;
    private final Ranks ranks;

    public Turns(Cluster cluster) {
      this.cluster = cluster;
      this.ranks = new Ranks(cluster, cluster.timeMs());
    }

    /** Whether one of two jobs comes before the other. */
    public boolean isBefore(Job one, Job other) {
      Turn mine = of(one);
      Turn its = of(other);
      return mine != null && its != null && mine.compareTo(its) < 0;
    }

    /** The first place of a job. */
    private Turn of(Job job) {
      Turn[] first = new Turn[1];
      cluster
          .priorities()
          .backlog()
          .places(
              job,
              cluster.priorities().policy(),
              (group, place) -> {
                Spot spot = ranks.spot(group, ranks.fixed(group), job, place);
                Turn turn = new Turn(spot, ranks.micro(spot, ranks.share(group)));
                first[0] = first[0] == null || turn.compareTo(first[0]) < 0 ? turn : first[0];
              });
      return first[0];
    }
  }

  private record Turn(Spot spot, long micro) implements Comparable<Turn> {
    @Override
    public int compareTo(Turn other) {
      return Spot.compare(spot, micro, other.spot, other.micro);
    }
  }

  /** The groups, merged by their heads. */
  private static final class Merged implements Queue {
    private final Ranks ranks;
    private final PriorityQueue<Head> heads = new PriorityQueue<>();
    private Head current;

    private Merged(Ranks ranks, Cluster cluster) {
      this.ranks = ranks;
      Backlog.Group former = null;
      long fixedMicro = 0;
      long shareMicro = 0;
      for (var each : cluster.priorities().backlog().groups().entrySet()) {
        Backlog.Group group = each.getKey();
        if (former == null || !group.ranksAs(former)) {
          fixedMicro = ranks.fixed(group);
          shareMicro = ranks.share(group);
        }
        former = group;
        push(group, fixedMicro, shareMicro, each.getValue().entrySet().iterator());
      }
    }

    @Override
    public Job next() {
      if (current != null) {
        push(current.group(), current.spot().fixedMicro(), current.shareMicro(), current.rest());
        current = null;
      }
      current = heads.poll();
      return current == null ? null : current.job();
    }

    @Override
    public int task() {
      return Ahead.of(current.group().lot()).task(current.job());
    }

    @Override
    public void skipGroup() {
      current = null;
    }

    private void push(
        Backlog.Group group,
        long fixedMicro,
        long shareMicro,
        Iterator<Map.Entry<Backlog.Place, Job>> jobs) {
      if (jobs.hasNext()) {
        Map.Entry<Backlog.Place, Job> next = jobs.next();
        Job job = next.getValue();
        Spot spot = ranks.spot(group, fixedMicro, job, next.getKey());
        heads.add(new Head(spot, ranks.micro(spot, shareMicro), shareMicro, group, job, jobs));
      }
    }
  }

  /** What turns are made of. */
  private static final class Ranks {
    private final Multifactor priorities;
    private final Learning learning;
    private final Policy policy;
    private final boolean byArea;
    private final boolean byPromise;

    private Ranks(Cluster cluster, long nowMs) {
      this(cluster, nowMs, cluster.policy().ordersByPromise());
    }

    private Ranks(Cluster cluster, long nowMs, boolean byPromise) {
      this.priorities = new Multifactor(cluster, nowMs);
      this.learning = cluster.learning();
      this.policy = cluster.policy();
      this.byArea = cluster.policy().ordersByArea();
      this.byPromise = byPromise;
    }

    private long fixed(Backlog.Group group) {
      return priorities.fixedMicro(group);
    }

    private long share(Backlog.Group group) {
      return priorities.shareMicro(group.project(), group.user());
    }

    private Spot spot(Backlog.Group group, long fixedMicro, Job job, Backlog.Place place) {
      return new Spot(
          promisedMs(group.lot()),
          policy.tierOf(group.partition()),
          fixedMicro,
          place.ageStep(),
          area(group, job),
          place.number(),
          place.index());
    }

    private long micro(Spot spot, long shareMicro) {
      long micro = Math.addExact(spot.fixedMicro(), shareMicro);
      return Math.addExact(micro, priorities.ageMicro(spot.ageStep()));
    }

    private long promisedMs(Lot lot) {
      return byPromise && lot.rank() == Lot.Rank.PROMISED ? lot.promisedMs() : Spot.NO_PROMISE;
    }

    private long area(Backlog.Group group, Job job) {
      Lot lot = group.lot();
      if (!byArea) {
        return 0;
      }
      if (lot.rank() == Lot.Rank.PROMISED) {
        return FIRST;
      }
      return ShortArea.place(
          job.submitMs(),
          learning.believedMs(job),
          lot.limitMs(),
          lot.cores() + group.moreCores(),
          lot.rank() == Lot.Rank.TRIAL && !learning.byLimits(job),
          PER_SECOND);
    }
  }

  private record Head(
      Spot spot,
      long micro,
      long shareMicro,
      Backlog.Group group,
      Job job,
      Iterator<Map.Entry<Backlog.Place, Job>> rest)
      implements Comparable<Head> {
    @Override
    public int compareTo(Head other) {
      return Spot.compare(spot, micro, other.spot, other.micro);
    }
  }
}
