package org.queqiao.simulator.check;

import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.RunId;

/** What is true by the facts alone, kept by other code than the machine's. */
final class ModelCluster {
  final TreeMap<JobId, ModelJob> jobs = new TreeMap<>();
  final TreeMap<NodeName, ModelNode> nodes = new TreeMap<>();
  final TreeMap<PartitionName, PartitionDefined> partitions = new TreeMap<>();
  TopologyDefined topology = TopologyDefined.NONE;
  final TreeMap<String, Integer> licences = new TreeMap<>();
  final TreeMap<String, UserDefined> users = new TreeMap<>();
  final TreeMap<String, TreeSet<Role>> roles = new TreeMap<>();

  /** Ranks by project and user, joined by a slash. */
  final TreeMap<String, MemberRank> ranks = new TreeMap<>();

  /** Jobs by user and key, joined by a slash. */
  final TreeMap<String, JobId> keys = new TreeMap<>();

  /** The run that held a core last, by node and core, joined by a slash. */
  final TreeMap<String, RunId> lastUsers = new TreeMap<>();

  /** Runs whose end came with what the node recorded. */
  final TreeSet<RunId> provenGone = new TreeSet<>();

  /** Where and when each run began. */
  final TreeMap<RunId, Start> starts = new TreeMap<>();

  /** Where something of a run may live besides the node of its script, of runs with steps. */
  final TreeMap<RunId, TreeSet<NodeName>> parts = new TreeMap<>();

  /** What the site said ahead. */
  final TreeSet<PlannedChange> planned = new TreeSet<>();

  long lastJobId;

  /** The node of a run's script, its boot then, and the position of the allocation. */
  record Start(NodeName scriptNode, String bootId, long position) {}

  /** Something was said ahead, or is so no more. */
  void planned(PlannedEvent event) {
    switch (event) {
      case ChangePlanned e -> planned.add(e.change());
      case PlannedChangeMade _, PlannedChangeWithdrawn _ -> planned.remove(event.change());
    }
  }

  ModelJob job(JobId id) {
    return jobs.get(id);
  }

  boolean hasRole(String user, Role role) {
    TreeSet<Role> held = roles.get(user);
    return held != null && held.contains(role);
  }

  boolean manages(String user, ModelJob job) {
    return ranks.get(job.submitted.spec().project() + "/" + user) == MemberRank.MANAGER;
  }

  /** A run elsewhere takes a number of a job. */
  void numberUsed(JobId number) {
    lastJobId = Math.max(lastJobId, number.value());
  }

  /** Whether a run is allocated and has not ended. */
  boolean isOpen(RunId run) {
    ModelJob job = jobs.get(run.job());
    return job != null && job.attempt == run.attempt() && job.holdsCores();
  }

  /** The jobs that have not ended, in words; empty when all have. */
  String unfinished() {
    StringBuilder words = new StringBuilder();
    jobs.forEach((id, job) -> {
      if (!job.state.isTerminal()) {
        words.append(id).append(' ').append(job.state).append(' ').append(job.submitted.spec());
        words.append(job.allocations).append(' ');
      }
    });
    return words.toString();
  }
}
