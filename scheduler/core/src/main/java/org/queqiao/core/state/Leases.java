package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.policy.NodeLease;

/**
 * Runs that their nodes end when they have had no contact with the server for the lease of the job
 * class. A lease is fixed with the start of a run: what the node has been told of it holds.
 */
public final class Leases {
  private Leases() {}

  /** The lease of a run that starts there; 0 for none, also where a node knows of no leases. */
  public static long ofRun(Cluster cluster, Job job, List<Allocation> held) {
    long wantedMs =
        job.spec().qos() == null
            ? 0
            : cluster.priorities().qos(job.spec().qos()).map(QosDefined::leaseMs).orElse(0L);
    boolean known =
        wantedMs > 0
            && held.stream()
                .allMatch(each -> cluster.nodes().find(each.node()).orElseThrow().facts().leases());
    return known ? wantedMs : 0;
  }

  /** The runs of which nothing can live on a node any more after so long without contact. */
  public static List<Job> over(Node node, long silentMs) {
    return node.runs().stream()
        .filter(each -> each.leaseMs() > 0 && NodeLease.overMs(each.leaseMs()) <= silentMs)
        .toList();
  }

  /** After how long without contact that holds for the next run; 0 for never. */
  public static long nextMs(Node node, long silentMs) {
    return node.runs().stream()
        .filter(each -> each.leaseMs() > 0)
        .mapToLong(each -> NodeLease.overMs(each.leaseMs()))
        .filter(overMs -> overMs > silentMs)
        .min()
        .orElse(0);
  }
}
