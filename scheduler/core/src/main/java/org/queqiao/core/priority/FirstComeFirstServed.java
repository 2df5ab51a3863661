package org.queqiao.core.priority;

import java.util.Iterator;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobTable;

/** By job number over all partitions. Costs one step per job looked at, however many wait. */
public final class FirstComeFirstServed implements JobOrder {
  @Override
  public Queue open(JobTable jobs) {
    return new Merged(jobs);
  }

  /** The queues of the partitions, merged by their heads. */
  private static final class Merged implements Queue {
    private final TreeMap<JobId, Head> heads = new TreeMap<>();
    private Iterator<Job> current;

    private Merged(JobTable jobs) {
      for (NavigableMap<JobId, Job> queue : jobs.startable().values()) {
        push(queue.values().iterator());
      }
    }

    @Override
    public Job next() {
      if (current != null) {
        push(current);
        current = null;
      }
      if (heads.isEmpty()) {
        return null;
      }
      Head head = heads.pollFirstEntry().getValue();
      current = head.rest();
      return head.job();
    }

    @Override
    public void blockPartition() {
      current = null;
    }

    private void push(Iterator<Job> queue) {
      if (queue.hasNext()) {
        Job job = queue.next();
        heads.put(job.id(), new Head(job, queue));
      }
    }
  }

  private record Head(Job job, Iterator<Job> rest) {}
}
