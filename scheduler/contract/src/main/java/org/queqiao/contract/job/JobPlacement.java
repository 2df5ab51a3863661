package org.queqiao.contract.job;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which nodes a job wants, and what on each of them, beyond its nodes, tasks and cores.
 *
 * @param constraint features that its nodes must have, as Slurm writes them: {@code a&b}, {@code
 *     a|b}, {@code (a|b)&c}, {@code a*2&b*1}; empty for none
 * @param nodeList nodes that must be among its own, such as {@code cn[001-004],gn7}; empty for none
 * @param excludeNodes nodes that it must not get, none of its components either, written likewise;
 *     empty for none
 * @param exclusive whether it has its nodes for itself, with all their cores
 * @param maxNodes on how many nodes it starts at most, when so many have room; 0 for no more than
 *     it asks for
 * @param tasksPerNode how many tasks a node has at most; 0 for no bound
 * @param memPerCpuBytes memory for each core that it asks for; 0 when it is not said this way
 * @param memPerGpuBytes memory for each device of the resource {@code gpu}; 0 when it is not said
 *     this way
 * @param gresPerTask typed generic resources for each task, beside those of each node
 * @param contiguous whether its nodes must lie side by side, in the order of switches and names
 * @param switches on how many leaf switches they may lie at most; 0 for no bound
 * @param spread whether they shall lie on many switches; else on few
 * @param components what it has on further nodes, in the order of its nodes; a component has none,
 *     no licences, and is not exclusive by itself
 * @param licences how many of each licence of the site
 * @param tasksInAll whether its tasks are counted over all nodes on which it starts, from its nodes
 *     to {@code maxNodes}; else each of them has as many
 */
public record JobPlacement(
    String constraint,
    String nodeList,
    String excludeNodes,
    boolean exclusive,
    int maxNodes,
    int tasksPerNode,
    long memPerCpuBytes,
    long memPerGpuBytes,
    List<GresRequest> gresPerTask,
    boolean contiguous,
    int switches,
    boolean spread,
    List<JobComponent> components,
    SortedMap<String, Integer> licences,
    boolean tasksInAll) {
  /** What holds for a job that says nothing of this. */
  public static final JobPlacement DEFAULT = new Builder().build();

  public JobPlacement {
    gresPerTask = List.copyOf(gresPerTask);
    components = List.copyOf(components);
    licences = Collections.unmodifiableSortedMap(new TreeMap<>(licences));
  }

  /** Starts a placement that says nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts a placement that says the same. */
  public Builder toBuilder() {
    return new Builder()
        .constraint(constraint)
        .nodeList(nodeList)
        .excludeNodes(excludeNodes)
        .exclusive(exclusive)
        .maxNodes(maxNodes)
        .tasksPerNode(tasksPerNode)
        .memPerCpuBytes(memPerCpuBytes)
        .memPerGpuBytes(memPerGpuBytes)
        .gresPerTask(gresPerTask)
        .contiguous(contiguous)
        .switches(switches)
        .spread(spread)
        .components(components)
        .licences(licences)
        .tasksInAll(tasksInAll);
  }

  /** Whether nothing is said. */
  public boolean isDefault() {
    return equals(DEFAULT);
  }

  /** Whether anything else than the constraint is said. */
  public boolean saysMoreThanConstraint() {
    return !toBuilder().constraint("").build().isDefault();
  }

  /** Collects what is said. */
  public static final class Builder {
    private String constraint = "";
    private String nodeList = "";
    private String excludeNodes = "";
    private boolean exclusive;
    private int maxNodes;
    private int tasksPerNode;
    private long memPerCpuBytes;
    private long memPerGpuBytes;
    private List<GresRequest> gresPerTask = List.of();
    private boolean contiguous;
    private int switches;
    private boolean spread;
    private List<JobComponent> components = List.of();
    private Map<String, Integer> licences = Map.of();
    private boolean tasksInAll;

    private Builder() {}

    public Builder constraint(String value) {
      constraint = value;
      return this;
    }

    public Builder nodeList(String value) {
      nodeList = value;
      return this;
    }

    public Builder excludeNodes(String value) {
      excludeNodes = value;
      return this;
    }

    public Builder exclusive(boolean value) {
      exclusive = value;
      return this;
    }

    public Builder maxNodes(int value) {
      maxNodes = value;
      return this;
    }

    public Builder tasksPerNode(int value) {
      tasksPerNode = value;
      return this;
    }

    public Builder memPerCpuBytes(long value) {
      memPerCpuBytes = value;
      return this;
    }

    public Builder memPerGpuBytes(long value) {
      memPerGpuBytes = value;
      return this;
    }

    public Builder gresPerTask(List<GresRequest> value) {
      gresPerTask = value;
      return this;
    }

    public Builder contiguous(boolean value) {
      contiguous = value;
      return this;
    }

    public Builder switches(int value) {
      switches = value;
      return this;
    }

    public Builder spread(boolean value) {
      spread = value;
      return this;
    }

    public Builder components(List<JobComponent> value) {
      components = value;
      return this;
    }

    public Builder licences(Map<String, Integer> value) {
      licences = value;
      return this;
    }

    public Builder tasksInAll(boolean value) {
      tasksInAll = value;
      return this;
    }

    /** What was said; the one {@link #DEFAULT} where that is nothing. */
    public JobPlacement build() {
      JobPlacement said =
          new JobPlacement(
              constraint,
              nodeList,
              excludeNodes,
              exclusive,
              maxNodes,
              tasksPerNode,
              memPerCpuBytes,
              memPerGpuBytes,
              gresPerTask,
              contiguous,
              switches,
              spread,
              components,
              new TreeMap<>(licences),
              tasksInAll);
      return said.equals(DEFAULT) ? DEFAULT : said;
    }
  }
}
