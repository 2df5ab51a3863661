package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;

/** What leases of runs added to the contract. */
final class LeaseSamples {
  private static final long LEASE_MS = 600_000;

  private LeaseSamples() {}

  static Map<String, Event> laterEvents() {
    return Map.of(
        "QosDefined-lease",
        new QosDefined(new QosName("night"), "Night", 5, List.of(), PreemptRules.OFF, LEASE_MS),
        "JobAllocated-lease",
        new JobAllocated(Samples.RUN, List.of(Samples.ALLOCATION), 0, null, true, LEASE_MS),
        "NodeDown-silent",
        new NodeDown(Samples.NODE, 1_760_000_000_000L, "not heard of", "", 700_000),
        "NodeRegistered-leases",
        new NodeRegistered(Samples.FACTS.leasing(true)));
  }

  static ClusterImage image(ClusterImage first) {
    return first.withOnly(List.of(Changed.with(first.jobs().getFirst(), "leaseMs", LEASE_MS)));
  }
}
