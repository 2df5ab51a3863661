package org.queqiao.core.priority;

import java.util.Iterator;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.core.state.Backlog;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * By priority, and by number among equals; without any weights that is first come, first served.
 * The groups of the backlog are merged by their heads: a pass costs one priority for each group and
 * one step for each job looked at, however many wait.
 */
public final class ByPriority implements JobOrder {
  @Override
  public Queue open(Cluster cluster, long nowMs) {
    return new Merged(cluster, nowMs);
  }

  /** The best job of a partition, or null when none may start. */
  public static Job first(Cluster cluster, PartitionName partition, long nowMs) {
    Merged merged = new Merged(cluster, nowMs);
    Job job = merged.next();
    while (job != null && !job.spec().partition().equals(partition)) {
      merged.blockPartition();
      job = merged.next();
    }
    return job;
  }

  /** The groups, merged by their heads. */
  private static final class Merged implements Queue {
    private final Multifactor priorities;
    private final TreeMap<Place, Head> heads = new TreeMap<>();
    private final TreeSet<PartitionName> blocked = new TreeSet<>();
    private Head current;

    private Merged(Cluster cluster, long nowMs) {
      this.priorities = new Multifactor(cluster, nowMs);
      for (var each : cluster.priorities().backlog().groups().entrySet()) {
        Backlog.Group group = each.getKey();
        push(group.partition(), priorities.commonMicro(group), each.getValue().values().iterator());
      }
    }

    @Override
    public Job next() {
      if (current != null) {
        push(current.partition(), current.commonMicro(), current.rest());
        current = null;
      }
      while (!heads.isEmpty()) {
        Head head = heads.pollFirstEntry().getValue();
        if (!blocked.contains(head.partition())) {
          current = head;
          return head.job();
        }
      }
      return null;
    }

    @Override
    public void blockPartition() {
      blocked.add(current.partition());
      current = null;
    }

    @Override
    public void skipGroup() {
      current = null;
    }

    private void push(PartitionName partition, long commonMicro, Iterator<Job> jobs) {
      if (jobs.hasNext()) {
        Job job = jobs.next();
        long micro = Math.addExact(commonMicro, priorities.ageMicro(job));
        heads.put(new Place(micro, job.id()), new Head(partition, commonMicro, job, jobs));
      }
    }
  }

  /** Higher priority first, then the lower number. */
  private record Place(long micro, JobId job) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byPriority = Long.compare(other.micro, micro);
      return byPriority != 0 ? byPriority : job.compareTo(other.job);
    }
  }

  private record Head(PartitionName partition, long commonMicro, Job job, Iterator<Job> rest) {}
}
