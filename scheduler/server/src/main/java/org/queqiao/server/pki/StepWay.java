package org.queqiao.server.pki;

import org.queqiao.contract.id.NodeName;

/**
 * How a node joins a step.
 *
 * @param address where the process that started it awaits the node
 * @param port likewise
 * @param key by which both prove that they belong to it
 * @param shell whether it is one of a person, by a relay of the server
 */
public record StepWay(
    int step, NodeName node, String address, int port, byte[] key, boolean shell) {
  /** Leaves out the key: it is a secret. */
  @Override
  public String toString() {
    return "StepWay[step=" + step + ", node=" + node + "]";
  }
}
