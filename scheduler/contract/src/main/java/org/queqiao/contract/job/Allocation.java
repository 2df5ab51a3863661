package org.queqiao.contract.job;

import java.util.List;
import org.queqiao.contract.id.NodeName;

/**
 * What a run holds on one node.
 *
 * @param node the node
 * @param cores the ids of its cores, ascending
 * @param memBytes its memory there
 * @param gres its devices there
 */
public record Allocation(
    NodeName node, List<Integer> cores, long memBytes, List<GresDevices> gres) {
  public Allocation {
    cores = List.copyOf(cores);
    gres = List.copyOf(gres);
  }

  /**
   * Chosen devices of one generic resource.
   *
   * @param name the resource
   * @param type the model
   * @param devices the device indexes on the node, ascending
   */
  public record GresDevices(String name, String type, List<Integer> devices) {
    public GresDevices {
      devices = List.copyOf(devices);
    }
  }
}
