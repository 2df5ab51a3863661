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
 * @param numa its NUMA nodes, each with its socket and cores; empty when that is not known
 * @param suspends whether it can stop a run and let it go on
 * @param leases whether it ends runs that have a lease
 */
public record NodeFacts(
    NodeName name,
    String bootId,
    int cores,
    long memBytes,
    List<GresInventory> gres,
    String agentVersion,
    String kernel,
    List<String> absent,
    List<NumaNode> numa,
    boolean suspends,
    boolean leases) {
  public NodeFacts {
    gres = List.copyOf(gres);
    absent = List.copyOf(absent);
    numa = List.copyOf(numa);
  }

  /** A node that does not know leases. */
  public NodeFacts(
      NodeName name,
      String bootId,
      int cores,
      long memBytes,
      List<GresInventory> gres,
      String agentVersion,
      String kernel,
      List<String> absent,
      List<NumaNode> numa,
      boolean suspends) {
    this(name, bootId, cores, memBytes, gres, agentVersion, kernel, absent, numa, suspends, false);
  }

  /** A node of which nobody knows how its cores lie. */
  public NodeFacts(
      NodeName name,
      String bootId,
      int cores,
      long memBytes,
      List<GresInventory> gres,
      String agentVersion,
      String kernel,
      List<String> absent) {
    this(name, bootId, cores, memBytes, gres, agentVersion, kernel, absent, List.of());
  }

  /** A node that cannot stop a run. */
  public NodeFacts(
      NodeName name,
      String bootId,
      int cores,
      long memBytes,
      List<GresInventory> gres,
      String agentVersion,
      String kernel,
      List<String> absent,
      List<NumaNode> numa) {
    this(name, bootId, cores, memBytes, gres, agentVersion, kernel, absent, numa, false);
  }

  /** The same with its NUMA nodes. */
  public NodeFacts with(List<NumaNode> numaNodes) {
    return new NodeFacts(
        name,
        bootId,
        cores,
        memBytes,
        gres,
        agentVersion,
        kernel,
        absent,
        numaNodes,
        suspends,
        leases);
  }

  /** The same with other generic resources. */
  public NodeFacts offering(List<GresInventory> otherGres) {
    return new NodeFacts(
        name,
        bootId,
        cores,
        memBytes,
        otherGres,
        agentVersion,
        kernel,
        absent,
        numa,
        suspends,
        leases);
  }

  /** The same of a node that can stop a run and let it go on. */
  public NodeFacts suspending() {
    return new NodeFacts(
        name, bootId, cores, memBytes, gres, agentVersion, kernel, absent, numa, true, leases);
  }

  /** The same of a node that ends runs that have a lease, or not. */
  public NodeFacts leasing(boolean known) {
    return new NodeFacts(
        name, bootId, cores, memBytes, gres, agentVersion, kernel, absent, numa, suspends, known);
  }

  /**
   * Cores that are close to the same memory.
   *
   * @param socket the number of its processor
   * @param cores their ids, ascending
   */
  public record NumaNode(int socket, List<Integer> cores) {
    public NumaNode {
      cores = List.copyOf(cores);
    }
  }

  /** The model of devices of AMD, whose runs find them by the names of ROCm. */
  public static final String AMD = "amd";

  /** So begins what a node says of counters of runs that it cannot tell of any run. */
  public static final String OF_RUNS = "counters of runs: ";

  /** A node like this one. */
  public NodeFacts named(NodeName otherName) {
    return new NodeFacts(
        otherName,
        bootId,
        cores,
        memBytes,
        gres,
        agentVersion,
        kernel,
        absent,
        List.of(),
        suspends,
        leases);
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
