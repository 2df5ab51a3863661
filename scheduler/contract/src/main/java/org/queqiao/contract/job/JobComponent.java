package org.queqiao.contract.job;

import java.util.ArrayList;
import java.util.List;

/**
 * Nodes of one shape: those that a job has beside its own, from its start to its end, or its own.
 *
 * @param nodes how many at the least, at least 1; of a submission 0 where it does not say so
 * @param tasks how many over all of them, spread evenly; of a submission 0 where it does not say so
 * @param cpusPerTask cores for each task
 * @param memBytes memory on each node; 0 means the node's memory divided by its cores, per core
 * @param gres typed generic resources on each node
 * @param placement which nodes these are, on how many they may be, and how they lie to each other
 */
public record JobComponent(
    int nodes,
    int tasks,
    int cpusPerTask,
    long memBytes,
    List<GresRequest> gres,
    JobPlacement placement) {
  public JobComponent {
    gres = List.copyOf(gres);
  }

  /** On nodes with these features. */
  public JobComponent(
      int nodes,
      int tasks,
      int cpusPerTask,
      long memBytes,
      List<GresRequest> gres,
      String constraint) {
    this(
        nodes,
        tasks,
        cpusPerTask,
        memBytes,
        gres,
        JobPlacement.builder().constraint(constraint).build());
  }

  /** Starts from what this one has. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects what another one has. */
  public static final class Builder {
    private int nodes;
    private int tasks;
    private int cpusPerTask;
    private long memBytes;
    private List<GresRequest> gres;
    private JobPlacement placement;

    private Builder(JobComponent from) {
      nodes = from.nodes;
      tasks = from.tasks;
      cpusPerTask = from.cpusPerTask;
      memBytes = from.memBytes;
      gres = from.gres;
      placement = from.placement;
    }

    public Builder nodes(int value) {
      nodes = value;
      return this;
    }

    public Builder tasks(int value) {
      tasks = value;
      return this;
    }

    public Builder cpusPerTask(int value) {
      cpusPerTask = value;
      return this;
    }

    public Builder memBytes(long value) {
      memBytes = value;
      return this;
    }

    public Builder gres(List<GresRequest> value) {
      gres = value;
      return this;
    }

    public Builder placement(JobPlacement value) {
      placement = value;
      return this;
    }

    public JobComponent build() {
      return new JobComponent(nodes, tasks, cpusPerTask, memBytes, gres, placement);
    }
  }

  /** On how many nodes at most. */
  public int mostNodes() {
    return Math.max(nodes, placement.maxNodes());
  }

  /** The same on so many nodes and no more. */
  public JobComponent on(int count) {
    int all = placement.tasksInAll() ? tasks : Math.multiplyExact(tasks / nodes, count);
    return count == nodes && mostNodes() == nodes
        ? this
        : new JobComponent(
            count,
            all,
            cpusPerTask,
            memBytes,
            gres,
            placement.toBuilder().maxNodes(0).tasksInAll(false).build());
  }

  /** Tasks on its node with this index: the first nodes take the remainder. */
  public int tasksOnNode(int index) {
    return tasks / nodes + (index < tasks % nodes ? 1 : 0);
  }

  /** Cores needed on its node with this index. */
  public int coresOnNode(int index) {
    return Math.multiplyExact(tasksOnNode(index), cpusPerTask);
  }

  /**
   * Memory needed on its node with this index; 0 means that of the node divided by its cores, for
   * each core that it gets.
   */
  public long memOnNode(int index) {
    if (placement.memPerCpuBytes() > 0) {
      return Math.multiplyExact(placement.memPerCpuBytes(), (long) coresOnNode(index));
    }
    if (placement.memPerGpuBytes() > 0) {
      long gpus = 0;
      for (GresRequest each : gresOnNode(index)) {
        gpus += each.name().equals("gpu") ? each.count() : 0;
      }
      return Math.multiplyExact(placement.memPerGpuBytes(), gpus);
    }
    return memBytes;
  }

  /** Generic resources needed on its node with this index. */
  public List<GresRequest> gresOnNode(int index) {
    if (placement.gresPerTask().isEmpty()) {
      return gres;
    }
    List<GresRequest> all = new ArrayList<>(gres);
    for (GresRequest each : placement.gresPerTask()) {
      int count = Math.multiplyExact(each.count(), tasksOnNode(index));
      for (int i = 0; i < all.size(); i++) {
        GresRequest other = all.get(i);
        if (other.name().equals(each.name()) && other.type().equals(each.type())) {
          count = Math.addExact(count, all.remove(i).count());
          break;
        }
      }
      all.add(new GresRequest(each.name(), each.type(), count));
    }
    return all;
  }

  /** Cores over all nodes. */
  public int totalCores() {
    return Math.multiplyExact(tasks, cpusPerTask);
  }
}
