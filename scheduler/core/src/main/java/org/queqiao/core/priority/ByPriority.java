package org.queqiao.core.priority;

import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import org.queqiao.contract.id.PartitionName;
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
    private final Multifactor priorities;
    private final Learning learning;
    private final Policy policy;
    private final boolean byArea;
    private final PriorityQueue<Head> heads = new PriorityQueue<>();
    private final TreeSet<PartitionName> blocked = new TreeSet<>();
    private Head current;

    private Merged(Cluster cluster, long nowMs) {
      this.priorities = new Multifactor(cluster, nowMs);
      this.learning = cluster.learning();
      this.policy = cluster.policy();
      this.byArea = cluster.policy().ordersByArea();
      Backlog.Group former = null;
      long commonMicro = 0;
      for (var each : cluster.priorities().backlog().groups().entrySet()) {
        Backlog.Group group = each.getKey();
        if (former == null || !group.ranksAs(former)) {
          commonMicro = priorities.commonMicro(group);
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
        long micro = Math.addExact(commonMicro, priorities.ageMicro(job));
        long area = byArea ? area(group.lot(), job) : 0;
        int tier = policy.tierOf(group.partition());
        heads.add(new Head(tier, micro, area, next.getKey(), group, commonMicro, job, jobs));
      }
    }

    private long area(Lot lot, Job job) {
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

  /**
   * Higher tier first, then higher priority, then the better place by area, then the lower number.
   */
  private record Head(
      int tier,
      long micro,
      long area,
      Backlog.Place place,
      Backlog.Group group,
      long commonMicro,
      Job job,
      Iterator<Map.Entry<Backlog.Place, Job>> rest)
      implements Comparable<Head> {
    @Override
    public int compareTo(Head other) {
      int order = Integer.compare(other.tier, tier);
      order = order != 0 ? order : Long.compare(other.micro, micro);
      order = order != 0 ? order : Long.compare(area, other.area);
      order = order != 0 ? order : Long.compare(place.number(), other.place.number());
      return order != 0 ? order : Integer.compare(place.index(), other.place.index());
    }
  }
}
