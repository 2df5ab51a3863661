package org.queqiao.server.pki;

import org.queqiao.contract.id.NodeName;

/**
 * How a node joins a step.
 *
 * @param address where the process that started it awaits the node
 * @param port likewise
 * @param key by which both prove that they belong to it
 */
public record StepWay(int step, NodeName node, String address, int port, byte[] key) {
  /** Leaves out the key: it is a secret. */
  @Override
  public String toString() {
    return "StepWay[step=" + step + ", node=" + node + "]";
  }
}
