package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.TaskNumber;

/** Whether early room is to be answered in a pass, and by which facts it was in a slice. */
final class MovedUp {
  private final Cluster cluster;
  private final JobOrder order;
  private final List<Event> facts = new ArrayList<>();

  /** How many facts brought early room before the pass began that no pass has answered. */
  private long unanswered;

  private boolean endsPass;

  /** Of the queue of the pass: what it states itself may have been later, where it was cut. */
  private long queueMs;

  MovedUp(Cluster cluster, JobOrder order) {
    this.cluster = cluster;
    this.order = order;
  }

  void beginPass() {
    unanswered = cluster.earlyRoom().unanswered();
    queueMs = cluster.timeMs();
  }

  void beginSlice() {
    facts.clear();
    endsPass = false;
  }

  boolean isDue() {
    return unanswered > 0;
  }

  /** Jobs that were promised a start, in the order of the queue without promises. */
  List<PlanJob> inTurn(List<PlanJob> promised) {
    TreeMap<Long, PlanJob> left = new TreeMap<>();
    promised.forEach(each -> left.put(each.number(), each));
    List<PlanJob> out = new ArrayList<>();
    JobOrder.Queue all = order.openByTurn(cluster, queueMs);
    Job job = all.next();
    while (job != null && !left.isEmpty()) {
      int task = all.task();
      PlanJob next = left.remove(task < 0 ? job.id().value() : TaskNumber.of(job.id(), task));
      if (next != null) {
        out.add(next);
      }
      job = all.next();
    }
    return out;
  }

  /**
   * Early room was answered.
   *
   * @param moved whose room has moved up
   * @param over whether the pass is over with it
   */
  void answer(List<PlanJob> moved, boolean over, ClusterMirror mirror) {
    for (PlanJob each : moved) {
      Job job = cluster.jobs().find(ClusterMirror.jobOf(each)).orElseThrow();
      JobPromised promise = PromiseFacts.promise(job, each, mirror);
      boolean known = promise.nodes() == null && promise.startMs() >= job.promisedMs();
      // Nodes that it does not hold any more would be held for it again by a machine made anew.
      if (!known || job.promised().room() != null) {
        facts.add(promise);
      }
    }
    facts.add(new PromisesMovedUp(unanswered));
    unanswered = 0;
    endsPass = over;
  }

  /** Of this slice. */
  List<Event> facts() {
    return List.copyOf(facts);
  }

  /** Whether the pass is over because of them. */
  boolean endsPass() {
    return endsPass;
  }
}
