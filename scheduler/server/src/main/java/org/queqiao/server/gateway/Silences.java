package org.queqiao.server.gateway;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds nodes that say nothing for too long. On the loop of the gateway only. */
final class Silences {
  private static final Logger LOG = LoggerFactory.getLogger(Silences.class);
  private static final long NANOS_PER_MS = 1_000_000;

  /** The last life sign of a node. */
  private static final class Sign {
    private long wallMs;
    private long nanos;
    private boolean silent;

    /** After so long the silence is told again; 0 for never. */
    private long againMs;
  }

  private final AgentGateway gateway;
  private final TreeMap<NodeName, Sign> signs = new TreeMap<>();

  Silences(AgentGateway gateway) {
    this.gateway = gateway;
  }

  /**
   * The nodes of which a server that starts expects to hear: those that were up, and those whose
   * runs end with their leases, which are counted from now.
   */
  static Map<NodeName, Long> expected(ClusterImage image) {
    Set<NodeName> leased = new TreeSet<>();
    image.jobs().stream()
        .filter(job -> job.leaseMs() > 0 && !job.state().isTerminal())
        .forEach(job -> job.allocations().stream().map(Allocation::node).forEach(leased::add));
    Map<NodeName, Long> out = new TreeMap<>();
    for (ClusterImage.NodeImage each : image.nodes()) {
      NodeName node = each.facts().name();
      if (each.state() == NodeState.UP || leased.contains(node)) {
        out.put(node, image.timeMs());
      }
    }
    return out;
  }

  void expect(NodeName node, long lastSeenMs) {
    if (!signs.containsKey(node)) {
      Sign sign = new Sign();
      sign.wallMs = lastSeenMs;
      sign.nanos = System.nanoTime();
      signs.put(node, sign);
    }
  }

  void heard(NodeName node) {
    Sign sign = signs.computeIfAbsent(node, each -> new Sign());
    sign.wallMs = gateway.wallMs();
    sign.nanos = System.nanoTime();
    sign.silent = false;
    sign.againMs = 0;
  }

  /**
   * A silent node is told to the scheduler once, and again when leases of its runs are over; its
   * connection is closed, so that it has to say hello before it counts again.
   */
  void find() {
    for (Map.Entry<NodeName, Sign> each : signs.entrySet()) {
      NodeName node = each.getKey();
      Sign sign = each.getValue();
      long quietMs = (System.nanoTime() - sign.nanos) / NANOS_PER_MS;
      boolean told = sign.silent && (sign.againMs == 0 || quietMs < sign.againMs);
      if (told || quietMs <= gateway.settings().silenceMs()) {
        continue;
      }
      sign.silent = true;
      sign.againMs = 0;
      gateway.disconnect(node);
      LOG.warn("node silent node={} quiet_ms={}", node, quietMs);
      tell(node, sign, quietMs);
    }
  }

  private void tell(NodeName node, Sign sign, long quietMs) {
    String reason = "not heard of for " + quietMs / 1000 + " s";
    gateway
        .submit(new Input.NodeSilent(node, sign.wallMs, reason, quietMs))
        .whenComplete((reply, failure) ->
            gateway.onLoop(() -> {
              if (sign.silent) {
                told(node, sign, reply);
              }
            }));
  }

  private static void told(NodeName node, Sign sign, Reply reply) {
    if (reply == null) {
      // Nobody knows what became of it: the next check tells it again.
      sign.silent = false;
    } else if (reply instanceof Reply.Silent(long againMs)) {
      sign.againMs = againMs;
    } else if (reply instanceof Reply.Rejected rejected) {
      switch (rejected.rejection().code()) {
        // The next check tries again.
        case BUSY, DISK_FULL -> sign.silent = false;
        case MALFORMED,
            FORBIDDEN,
            NOT_FOUND,
            CONFLICT,
            STALE,
            IDEMPOTENCY_MISMATCH,
            INVALID,
            TOO_MANY ->
            LOG.warn("silence not taken node={} reason={}", node, rejected.rejection().message());
      }
    }
  }
}
