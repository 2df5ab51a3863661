package org.queqiao.core.priority;

import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.core.state.Backlog;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Learning;
import org.queqiao.core.state.Lot;
import org.queqiao.core.state.Policy;
import org.queqiao.core.state.TasksAhead;

/**
 * By the tier of the partition, then by priority. Among equals, if the site plans by the default
 * policy, by area (see {@link ShortArea}), those who were promised a start before all; then by
 * number. Without any weights and with another policy that is first come, first served. The groups
 * of the backlog are merged by their heads: a pass costs one place for each group and one step for
 * each job looked at, however many wait.
 */
public final class ByPriority implements JobOrder {
  private static final long PER_SECOND = 1_000;
  private static final long FIRST = Long.MIN_VALUE;

  @Override
  public Queue open(Cluster cluster, long nowMs) {
    return new Merged(cluster, nowMs);
  }

  @Override
  public Turns turns(Cluster cluster, long nowMs) {
    Ranks ranks = new Ranks(cluster, nowMs);
    PriorityPolicy policy = cluster.priorities().policy();
    return new Turns() {
      @Override
      public Turn of(Job job) {
        Backlog.Group group = Backlog.groupOf(job, policy);
        return ranks.turn(group, ranks.common(group), job, job.queueNumber(), job.queueIndex());
      }

      @Override
      public Turn again(Job job, Turn former) {
        long area = ranks.area(Backlog.lotOf(job), job);
        return new Turn(former.tier(), former.micro(), area, former.number(), former.index());
      }
    };
  }

  /** The best job of a partition, or null when none may start. */
  public static Job first(Cluster cluster, PartitionName partition, long nowMs) {
    Merged merged = new Merged(cluster, nowMs);
    Job job = merged.next();
    while (job != null
        && (!job.spec().partition().equals(partition) || waitsForReservation(cluster, job))) {
      if (!job.spec().partition().equals(partition)) {
        merged.blockPartition();
      }
      job = merged.next();
    }
    return job;
  }

  private static boolean waitsForReservation(Cluster cluster, Job job) {
    return job.spec().reservation() != null
        && !cluster.reservations().isOpen(job.spec().reservation());
  }

  /** The groups, merged by their heads. */
  private static final class Merged implements Queue {
    private final Ranks ranks;
    private final PriorityQueue<Head> heads = new PriorityQueue<>();
    private final TreeSet<PartitionName> blocked = new TreeSet<>();
    private Head current;

    private Merged(Cluster cluster, long nowMs) {
      this.ranks = new Ranks(cluster, nowMs);
      Backlog.Group former = null;
      long commonMicro = 0;
      for (var each : cluster.priorities().backlog().groups().entrySet()) {
        Backlog.Group group = each.getKey();
        if (former == null || !group.ranksAs(former)) {
          commonMicro = ranks.common(group);
        }
        former = group;
        push(group, commonMicro, each.getValue().entrySet().iterator());
      }
    }

    @Override
    public Job next() {
      if (current != null) {
        push(current.group(), current.commonMicro(), current.rest());
        current = null;
      }
      while (!heads.isEmpty()) {
        Head head = heads.poll();
        if (!blocked.contains(head.group().partition())) {
          current = head;
          return head.job();
        }
      }
      return null;
    }

    @Override
    public int task() {
      Job array = current.job();
      if (array.array() == null) {
        return -1;
      }
      return switch (current.group().lot().rank()) {
        case PROMISED -> TasksAhead.promised(array);
        case TRIAL -> TasksAhead.trial(array);
        case KNOWN, UNKNOWN -> -1;
      };
    }

    @Override
    public Turn turn() {
      return current.turn();
    }

    @Override
    public void blockPartition() {
      blocked.add(current.group().partition());
      current = null;
    }

    @Override
    public void skipGroup() {
      current = null;
    }

    private void push(
        Backlog.Group group, long commonMicro, Iterator<Map.Entry<Backlog.Place, Job>> jobs) {
      if (jobs.hasNext()) {
        Map.Entry<Backlog.Place, Job> next = jobs.next();
        Job job = next.getValue();
        Backlog.Place place = next.getKey();
        Turn turn = ranks.turn(group, commonMicro, job, place.number(), place.index());
        heads.add(new Head(turn, group, commonMicro, job, jobs));
      }
    }
  }

  /** What turns are made of. */
  private static final class Ranks {
    private final Multifactor priorities;
    private final Learning learning;
    private final Policy policy;
    private final boolean byArea;

    private Ranks(Cluster cluster, long nowMs) {
      this.priorities = new Multifactor(cluster, nowMs);
      this.learning = cluster.learning();
      this.policy = cluster.policy();
      this.byArea = cluster.policy().ordersByArea();
    }

    private long common(Backlog.Group group) {
      return priorities.commonMicro(group);
    }

    private Turn turn(Backlog.Group group, long commonMicro, Job job, long number, int index) {
      int tier = policy.tierOf(group.partition());
      long micro = Math.addExact(commonMicro, priorities.ageMicro(job));
      return new Turn(tier, micro, area(group.lot(), job), number, index);
    }

    private long area(Lot lot, Job job) {
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
          lot.cores(),
          lot.rank() == Lot.Rank.TRIAL,
          PER_SECOND);
    }
  }

  private record Head(
      Turn turn,
      Backlog.Group group,
      long commonMicro,
      Job job,
      Iterator<Map.Entry<Backlog.Place, Job>> rest)
      implements Comparable<Head> {
    @Override
    public int compareTo(Head other) {
      return turn.compareTo(other.turn);
    }
  }
}
