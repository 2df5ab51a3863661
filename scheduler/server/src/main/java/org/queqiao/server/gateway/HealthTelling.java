package org.queqiao.server.gateway;

import java.util.function.Supplier;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeHealth;
import org.queqiao.core.message.Input;

/**
 * Tells the scheduler what the health check of a node has found: each check that failed, and the
 * first that succeeds, of a connection or after a failure. What every node says every few minutes
 * is no news.
 */
final class HealthTelling {
  private final Telling scheduler;
  private final Supplier<NodeName> node;
  private NodeHealth last = NodeHealth.UNKNOWN;

  HealthTelling(Telling scheduler, Supplier<NodeName> node) {
    this.scheduler = scheduler;
    this.node = node;
  }

  /** A heartbeat has said this. */
  void told(NodeHealth health) {
    boolean anew = health.checkedMs() > 0 && health.checkedMs() != last.checkedMs();
    if (anew && (!health.isSound() || !last.isSound())) {
      scheduler.tell(new Input.NodeChecked(node.get(), health.fault()), reply -> {});
    }
    last = health;
  }
}
