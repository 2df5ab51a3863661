package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Explanation.Holder;
import org.queqiao.core.message.Explanation.Lack;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;

/** Which licences a job waits for, and who holds them. */
final class LicenceScan {
  private final Cluster cluster;
  private final TreeSet<String> missing = new TreeSet<>();

  LicenceScan(Cluster cluster, Job job) {
    this.cluster = cluster;
    for (Map.Entry<String, Integer> each : job.spec().placement().licences().entrySet()) {
      if (!cluster.licences().isFree(each.getKey(), each.getValue())) {
        missing.add(each.getKey());
      }
    }
  }

  /** What is missing on nodes, and then licences. */
  List<Lack> join(List<Lack> onNodes) {
    List<Lack> all = new ArrayList<>(onNodes);
    missing.forEach(each -> all.add(new Lack("licence/" + each, 0)));
    return all;
  }

  /** Who holds what is missing on nodes, or licences; the first to end first. */
  List<Holder> join(List<Holder> onNodes, long nowMs) {
    if (missing.isEmpty()) {
      return onNodes;
    }
    TreeMap<JobId, Holder> all = new TreeMap<>();
    for (Job each : cluster.jobs().all()) {
      if (each.holdsResources() && holdsMissing(each)) {
        all.put(each.id(), new Holder(Explainer.other(each), 0, JobClock.latestEndMs(each, nowMs)));
      }
    }
    onNodes.forEach(each -> all.put(each.other().job(), each));
    List<Holder> sorted = new ArrayList<>(all.values());
    sorted.sort(Comparator.comparingLong(Holder::endsByMs));
    return sorted;
  }

  private boolean holdsMissing(Job run) {
    return run.spec().placement().licences().keySet().stream().anyMatch(missing::contains);
  }
}
