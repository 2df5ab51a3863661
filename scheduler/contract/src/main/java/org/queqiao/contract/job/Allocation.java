package org.queqiao.contract.job;

import java.math.BigInteger;
import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;

/**
 * What a run holds on one node.
 *
 * @param node the node
 * @param cores the ids of its cores, ascending
 * @param memBytes its memory there
 * @param gres its devices there
 * @param nodeType what the site called the kind of the node at the start, or empty
 * @param blockedCores cores of the node that nobody else can use well, because it has more of the
 *     memory or the devices; 0 for no more than its own
 * @param component which component of its job it serves, from 1; 0 for the nodes of its own shape,
 *     and in a log of before for every node
 */
public record Allocation(
    NodeName node,
    List<Integer> cores,
    long memBytes,
    List<GresDevices> gres,
    String nodeType,
    int blockedCores,
    int component) {
  public Allocation {
    cores = List.copyOf(cores);
    gres = List.copyOf(gres);
  }

  /** For the job's own shape. */
  public Allocation(
      NodeName node,
      List<Integer> cores,
      long memBytes,
      List<GresDevices> gres,
      String nodeType,
      int blockedCores) {
    this(node, cores, memBytes, gres, nodeType, blockedCores, 0);
  }

  /** On a node of no kind, of which it blocks no more than it has. */
  public Allocation(NodeName node, List<Integer> cores, long memBytes, List<GresDevices> gres) {
    this(node, cores, memBytes, gres, "", 0);
  }

  /** The same on fewer or other cores. */
  public Allocation with(List<Integer> otherCores) {
    return new Allocation(node, otherCores, memBytes, gres, nodeType, blockedCores, component);
  }

  /** The same for a component of its job. */
  public Allocation of(int otherComponent) {
    return new Allocation(node, cores, memBytes, gres, nodeType, blockedCores, otherComponent);
  }

  /**
   * What it blocks of a node: the largest of its shares of the cores, the memory and the devices,
   * in cores, rounded up.
   *
   * @param type what the site calls the kind of the node, or empty
   */
  public Allocation on(NodeFacts facts, String type) {
    long blocked = 0;
    if (facts.memBytes() > 0) {
      blocked = share(memBytes, facts.cores(), facts.memBytes());
    }
    for (NodeFacts.GresInventory each : facts.gres()) {
      long held = 0;
      for (GresDevices mine : gres) {
        boolean same = mine.name().equals(each.name()) && mine.type().equals(each.type());
        held += same ? mine.devices().size() : 0;
      }
      if (each.count() > 0) {
        blocked = Math.max(blocked, share(held, facts.cores(), each.count()));
      }
    }
    int most = (int) Math.min(blocked, facts.cores());
    int more = most > cores.size() ? most : 0;
    return new Allocation(node, cores, memBytes, gres, type, more, component);
  }

  private static long share(long held, long cores, long all) {
    return BigInteger.valueOf(held)
        .multiply(BigInteger.valueOf(cores))
        .add(BigInteger.valueOf(all - 1))
        .divide(BigInteger.valueOf(all))
        .longValueExact();
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
