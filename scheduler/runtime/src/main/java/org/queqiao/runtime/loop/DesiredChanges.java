package org.queqiao.runtime.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.DesiredState;

/** Which nodes must be told a new desired set after a batch. */
final class DesiredChanges {
  private final SchedulerMachine machine;
  private final TreeSet<NodeName> touched = new TreeSet<>();
  private final TreeSet<NodeName> registered = new TreeSet<>();

  /** The version that each node was told last, by this process. */
  private final TreeMap<NodeName, Long> toldVersions = new TreeMap<>();

  DesiredChanges(SchedulerMachine machine) {
    this.machine = machine;
  }

  /** Notes the nodes whose set a fact may change; called before the fact is applied. */
  void before(Event event) {
    if (event instanceof JobAllocated allocated) {
      allocated.allocations().forEach(allocation -> touched.add(allocation.node()));
    } else if (event instanceof JobKillRequested kill) {
      nodesOf(kill.run().job());
    } else if (event instanceof JobSignalled signalled) {
      nodesOf(signalled.run().job());
    } else if (event instanceof JobSuspendRequested wish) {
      nodesOf(wish.run().job());
    } else if (event instanceof StepStarted step) {
      touched.addAll(step.nodes());
    } else if (event instanceof RunPartEnded part) {
      nodesOf(part.run().job());
    } else if (event instanceof JobRequeued requeued) {
      nodesOf(requeued.run().job());
    } else if (event instanceof JobEnded end) {
      nodesOf(end.job());
    }
  }

  /** A node has registered: it is told its set even when nothing changed. */
  void registered(NodeName node) {
    registered.add(node);
  }

  /** Whether there may be sets to tell. */
  boolean any() {
    return !touched.isEmpty() || !registered.isEmpty();
  }

  /** The sets to tell now, by node; forgets them. */
  List<DesiredState> take() {
    if (!any()) {
      return List.of();
    }
    touched.addAll(registered);
    List<DesiredState> changed = new ArrayList<>();
    for (NodeName node : touched) {
      long version = machine.state().desiredVersion(node);
      Long told = toldVersions.get(node);
      if (registered.contains(node) || told == null || told != version) {
        changed.add(machine.desired(node));
        toldVersions.put(node, version);
      }
    }
    touched.clear();
    registered.clear();
    return changed;
  }

  private void nodesOf(JobId job) {
    machine
        .state()
        .job(job)
        .ifPresent(
            image -> image.allocations().forEach(allocation -> touched.add(allocation.node())));
  }
}
