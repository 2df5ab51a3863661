package org.queqiao.contract.observe;

import java.util.List;

/**
 * What a cluster under another scheduler is at a moment. It is shown, and not kept: what is billed
 * are the runs that are over.
 *
 * @param atMs the moment, by the clock of that scheduler
 * @param nodes at most {@value #NODES_MAX}
 * @param partitions all of them
 * @param jobs those that run, then those that wait, at most {@value #JOBS_MAX}
 * @param jobsLeftOut how many more there are
 */
public record ClusterNow(
    long atMs,
    List<NodeNow> nodes,
    List<PartitionNow> partitions,
    List<JobNow> jobs,
    int jobsLeftOut) {
  public static final int NODES_MAX = 20_000;
  public static final int PARTITIONS_MAX = 1_000;
  public static final int JOBS_MAX = 20_000;

  /** So many steps of a job are told of. */
  public static final int STEPS_MAX = 64;

  public ClusterNow {
    nodes = List.copyOf(nodes);
    partitions = List.copyOf(partitions);
    jobs = List.copyOf(jobs);
    if (nodes.size() > NODES_MAX
        || partitions.size() > PARTITIONS_MAX
        || jobs.size() > JOBS_MAX
        || jobsLeftOut < 0) {
      throw new IllegalArgumentException("a cluster of " + nodes.size() + " nodes is too large");
    }
  }

  /** Whether all but the moment is the same. */
  public boolean isLike(ClusterNow other) {
    return other != null
        && nodes.equals(other.nodes)
        && partitions.equals(other.partitions)
        && jobs.equals(other.jobs)
        && jobsLeftOut == other.jobsLeftOut;
  }

  /**
   * A node.
   *
   * @param state in the other scheduler's words, such as {@code MIXED+DRAIN}
   * @param cores that it has
   * @param coresBusy of them given to jobs
   * @param memBytes that it has
   * @param gres its devices, as the other scheduler writes them
   * @param features its features, likewise
   * @param reason why it is not in service, or empty
   */
  public record NodeNow(
      String name,
      String state,
      long cores,
      long coresBusy,
      long memBytes,
      String gres,
      String features,
      String reason) {}

  /**
   * A partition.
   *
   * @param limitMs the longest time limit, or 0 for none
   * @param nodeList its nodes, as a host list
   */
  public record PartitionNow(
      String name, String state, long cores, long nodes, long limitMs, String nodeList) {}

  /**
   * A job that runs or waits.
   *
   * @param number its number there
   * @param task {@code ARRAY_INDEX} for a task of an array, {@code ARRAY_[INDICES]} for those that
   *     wait, else empty
   * @param user whose it is, or empty where nobody knows
   * @param reason why it waits, or empty
   * @param submitMs when it was submitted, or requeued
   * @param startMs when it got its cores, or 0
   * @param stops when it was suspended: from, to, from, to and so on; without the last where that
   *     goes on
   * @param cores that it has, or 0 while it waits
   * @param restarts how often it was requeued
   * @param nodes as a host list
   * @param steps the first of its steps
   */
  public record JobNow(
      long number,
      String task,
      String name,
      String user,
      String account,
      String partition,
      String state,
      String reason,
      long submitMs,
      long startMs,
      List<Long> stops,
      long cores,
      long restarts,
      String nodes,
      List<StepNow> steps) {
    public JobNow {
      stops = List.copyOf(stops);
      steps = List.copyOf(steps);
      if (number <= 0 || startMs < 0 || cores < 0 || cores > ObservedRun.CORES_MAX) {
        throw new IllegalArgumentException("job " + number + " has " + cores + " cores");
      }
      long lastMs = startMs;
      for (long edgeMs : stops) {
        if (edgeMs < lastMs) {
          throw new IllegalArgumentException("job " + number + " is suspended at " + edgeMs);
        }
        lastMs = edgeMs;
      }
      if (stops.size() > 2 * ObservedRun.STOPS_MAX || steps.size() > STEPS_MAX) {
        throw new IllegalArgumentException("job " + number + " is suspended too often");
      }
    }

    /** Whether it has cores. */
    public boolean holdsCores() {
      return startMs > 0 && cores > 0;
    }
  }

  /** A step of a job that runs. */
  public record StepNow(
      String id, String name, String state, long startMs, long tasks, String nodes) {}
}
