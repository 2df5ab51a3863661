package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;

/**
 * What must hold in every state: no core, device or byte is held twice (I1, I2), times are in order
 * (I23), indexes equal what they are derived from (I25), numbers of jobs are in order (I31).
 */
public final class InvariantChecks {
  private final List<Violation> found = new ArrayList<>();

  private InvariantChecks() {}

  /** Checks everything; costs as much as a recovery. */
  public static List<Violation> of(SchedulerMachine machine) {
    InvariantChecks checks = new InvariantChecks();
    checks.image(machine.state().image());
    for (String difference : machine.state().indexDifferences()) {
      checks.found.add(new Violation("I25", difference));
    }
    return checks.found;
  }

  /** Checks what an image shows. */
  public static List<Violation> of(ClusterImage image) {
    InvariantChecks checks = new InvariantChecks();
    checks.image(image);
    return checks.found;
  }

  private void image(ClusterImage image) {
    TreeMap<NodeName, NodeFacts> facts = new TreeMap<>();
    image.nodes().forEach(node -> facts.put(node.facts().name(), node.facts()));
    TreeSet<String> held = new TreeSet<>();
    TreeMap<NodeName, Long> memBytes = new TreeMap<>();
    for (ClusterImage.JobImage job : image.jobs()) {
      if (job.state() == JobState.RUNNING
          || job.state() == JobState.SUSPENDED
          || job.state() == JobState.COMPLETING) {
        for (Allocation allocation : job.allocations()) {
          hold(job, allocation, facts.get(allocation.node()), held);
          memBytes.merge(allocation.node(), allocation.memBytes(), Math::addExact);
        }
      }
      stands(job);
      times(job, image.timeMs());
      identity(job, image.lastJobId());
    }
    memBytes.forEach((node, bytes) ->
        require(
            facts.containsKey(node) && bytes <= facts.get(node).memBytes(),
            "I2",
            "jobs hold " + bytes + " bytes of memory on " + node));
  }

  private void hold(
      ClusterImage.JobImage job, Allocation allocation, NodeFacts facts, Set<String> held) {
    String where = "job " + job.id() + " on " + allocation.node();
    require(facts != null, "I2", where + ": no such node");
    require(allocation.memBytes() >= 0, "I2", where + ": memory below zero");
    // What yields its cores has them for later; who uses them now is another.
    boolean uses = !job.preemption().yields();
    for (int core : allocation.cores()) {
      require(
          !uses || held.add(allocation.node() + " core " + core),
          "I1",
          where + ": core " + core + " is held twice");
      require(
          facts != null && core >= 0 && core < facts.cores(),
          "I2",
          where + ": there is no core " + core);
    }
    for (Allocation.GresDevices gres : allocation.gres()) {
      for (int device : gres.devices()) {
        String name = gres.name() + ":" + gres.type() + " " + device;
        require(
            held.add(allocation.node() + " " + name), "I2", where + ": " + name + " is held twice");
        require(
            facts != null && exists(facts, gres, device), "I2", where + ": there is no " + name);
      }
    }
  }

  private static boolean exists(NodeFacts facts, Allocation.GresDevices gres, int device) {
    for (NodeFacts.GresInventory each : facts.gres()) {
      if (each.name().equals(gres.name()) && each.type().equals(gres.type())) {
        return device >= 0 && device < each.count();
      }
    }
    return false;
  }

  private void stands(ClusterImage.JobImage job) {
    boolean stopped =
        job.state() == JobState.COMPLETING
            || job.state() == JobState.SUSPENDED
                && job.suspension().wanted()
                && job.suspension().isStopped();
    require(
        !job.preemption().yields() || stopped && job.preemption().preemptor() != null,
        "I46",
        "job " + job.id() + " is " + job.state() + " and others may use its cores");
  }

  private void times(ClusterImage.JobImage job, long nowMs) {
    String id = "job " + job.id();
    require(job.submitMs() <= nowMs, "I23", id + " was submitted in the future");
    if (job.startMs() > 0) {
      require(job.startMs() >= job.submitMs(), "I23", id + " started before its submission");
    }
    if (job.state().isTerminal()) {
      require(
          job.endMs() >= (job.startMs() > 0 ? job.startMs() : job.submitMs()),
          "I23",
          id + " ended before its start");
      require(
          job.finishedMs() >= job.endMs() && job.finishedMs() <= nowMs,
          "I23",
          id + " was known to have ended at " + job.finishedMs() + ", ended at " + job.endMs());
    } else {
      require(job.endMs() == 0, "I5", id + " is " + job.state() + " and has an end");
    }
  }

  private void identity(ClusterImage.JobImage job, long lastJobId) {
    require(job.uid() > 0, "I30", "job " + job.id() + " runs as uid " + job.uid());
    require(!job.unixUser().isEmpty(), "I30", "job " + job.id() + " runs as nobody");
    require(
        job.id().value() <= lastJobId,
        "I31",
        "job " + job.id() + " is above the last number " + lastJobId);
  }

  private void require(boolean holds, String invariant, String detail) {
    if (!holds) {
      found.add(new Violation(invariant, detail));
    }
  }
}
