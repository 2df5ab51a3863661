package org.queqiao.contract.node;

import java.util.List;
import org.queqiao.contract.id.NodeName;

/**
 * What an agent found on its machine.
 *
 * @param name the node, as in its certificate
 * @param bootId changes with every start of the kernel
 * @param cores how many cores jobs may use; their ids are 0 to {@code cores - 1}
 * @param memBytes memory that jobs may use
 * @param gres the generic resources
 * @param agentVersion version of the agent
 * @param kernel release of the kernel
 * @param absent what this node cannot do, each with its reason, such as limits without root
 */
public record NodeFacts(
    NodeName name,
    String bootId,
    int cores,
    long memBytes,
    List<GresInventory> gres,
    String agentVersion,
    String kernel,
    List<String> absent) {
  public NodeFacts {
    gres = List.copyOf(gres);
    absent = List.copyOf(absent);
  }

  /**
   * Devices of one model.
   *
   * @param name the resource, such as {@code gpu}
   * @param type the model, or empty
   * @param count how many; indexes 0 to {@code count - 1}
   */
  public record GresInventory(String name, String type, int count) {}
}
