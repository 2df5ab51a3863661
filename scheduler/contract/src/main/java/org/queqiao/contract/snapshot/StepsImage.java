package org.queqiao.contract.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.RunExit;

/**
 * What is known of the steps of a run that holds resources, and of the last ones of a job that does
 * no more.
 *
 * @param run which run
 * @param started how many steps it has begun
 * @param live those that have not ended, ascending
 * @param parts nodes besides that of the script on which something of the run may live, ascending
 * @param gone nodes on which nothing of it lives any more, ascending: it never runs there again
 * @param script how its script ended; null while it has not
 * @param userUs user CPU time of the parts that have ended, in microseconds
 * @param systemUs system CPU time of the parts that have ended, in microseconds
 * @param maxRssBytes the largest resident memory of a part that has ended
 * @param endMs when the last part so far ended, in node time; 0 before the first
 * @param energyMj energy of the parts that have ended, in millijoules, as far as it was measured
 * @param accelerators time of the accelerators of the parts that have ended
 * @param shortOfMemory the first node besides that of the script on which something of it was ended
 *     for want of memory; null while there is none
 * @param recent the last steps of the job, also of its former runs, the oldest first; at most
 *     {@link #RECENT_MAX}, and no more than name {@link #RECENT_NODES_MAX} nodes
 */
public record StepsImage(
    RunId run,
    int started,
    List<Integer> live,
    List<NodeName> parts,
    List<NodeName> gone,
    RunExit script,
    long userUs,
    long systemUs,
    long maxRssBytes,
    long endMs,
    long energyMj,
    AcceleratorTime accelerators,
    NodeName shortOfMemory,
    List<StepImage> recent) {
  /** How many steps of a job are kept. */
  public static final int RECENT_MAX = 100;

  /** How many nodes the kept steps of a job name in sum, unless the last one alone names more. */
  public static final int RECENT_NODES_MAX = 10_000;

  public StepsImage {
    recent = List.copyOf(recent);
    live = List.copyOf(live);
    parts = List.copyOf(parts);
    gone = List.copyOf(gone);
  }

  /** The image with the steps of these runs. */
  public static ClusterImage on(ClusterImage image, List<StepsImage> steps) {
    return on(image, steps, image.earlyRoom());
  }

  /** The same where so many facts brought room early since promises were last moved up. */
  public static ClusterImage on(ClusterImage image, List<StepsImage> steps, long earlyRoom) {
    return new ClusterImage(
        image.position(),
        image.timeMs(),
        image.lastJobId(),
        image.partitions(),
        image.tariffs(),
        image.domains(),
        image.projects(),
        image.users(),
        image.nodes(),
        image.jobs(),
        image.idempotencyKeys(),
        image.outcomes(),
        image.jobPolicy(),
        image.scheduling(),
        image.priorities(),
        image.licences(),
        image.topology(),
        image.experience(),
        image.reservations(),
        image.wallets(),
        image.money(),
        image.observed(),
        List.copyOf(steps),
        earlyRoom,
        image.planned());
  }

  /** A run that begins its first step; its job has had these before. */
  public static StepsImage first(RunId run, List<StepImage> before) {
    return fresh(run, before);
  }

  /** The run holds nothing any more: what is left is what people may ask for. */
  public StepsImage over(long atMs) {
    List<StepImage> last =
        recent.stream().map(each -> each.endMs() == 0 ? each.over(atMs, null) : each).toList();
    return fresh(run, last);
  }

  private static StepsImage fresh(RunId run, List<StepImage> recent) {
    return new StepsImage(
        run,
        0,
        List.of(),
        List.of(),
        List.of(),
        null,
        0,
        0,
        0,
        0,
        0,
        AcceleratorTime.NONE,
        null,
        recent);
  }

  /** The next step begins, on these nodes besides that of the script. */
  public StepsImage begun(StepImage step, List<NodeName> others) {
    List<StepImage> last = new ArrayList<>(recent);
    last.add(step);
    List<Integer> now = new ArrayList<>(live);
    now.add(started);
    TreeSet<NodeName> all = new TreeSet<>(parts);
    all.addAll(others);
    return new StepsImage(
        run,
        Math.addExact(started, 1),
        now,
        List.copyOf(all),
        gone,
        script,
        userUs,
        systemUs,
        maxRssBytes,
        endMs,
        energyMj,
        accelerators,
        shortOfMemory,
        bounded(last));
  }

  private static List<StepImage> bounded(List<StepImage> steps) {
    int from = Math.max(0, steps.size() - RECENT_MAX);
    long nodes = nodesOf(steps.subList(from, steps.size()));
    while (nodes > RECENT_NODES_MAX && from < steps.size() - 1) {
      nodes -= steps.get(from++).nodes().size();
    }
    return steps.subList(from, steps.size());
  }

  private static long nodesOf(List<StepImage> steps) {
    return steps.stream().mapToLong(each -> each.nodes().size()).sum();
  }

  /** How many nodes the kept steps name in sum. */
  public long recentNodes() {
    return nodesOf(recent);
  }

  /** A step has ended. */
  public StepsImage ended(int step, long atMs, int exitCode) {
    List<StepImage> last =
        recent.stream()
            .map(each ->
                each.attempt() == run.attempt() && each.number() == step
                    ? each.over(atMs, exitCode)
                    : each)
            .toList();
    List<Integer> now = new ArrayList<>(live);
    now.remove((Integer) step);
    return new StepsImage(
        run,
        started,
        now,
        parts,
        gone,
        script,
        userUs,
        systemUs,
        maxRssBytes,
        endMs,
        energyMj,
        accelerators,
        shortOfMemory,
        last);
  }

  /** Nothing lives on a node any more; of the script's node the exit is the script's. */
  public StepsImage partEnded(NodeName node, boolean ofScript, RunExit exit) {
    TreeSet<NodeName> left = new TreeSet<>(parts);
    left.remove(node);
    TreeSet<NodeName> over = new TreeSet<>(gone);
    over.add(node);
    return new StepsImage(
        run,
        started,
        live,
        List.copyOf(left),
        List.copyOf(over),
        ofScript ? exit : script,
        ofScript ? userUs : Math.addExact(userUs, exit.userUs()),
        ofScript ? systemUs : Math.addExact(systemUs, exit.systemUs()),
        ofScript ? maxRssBytes : Math.max(maxRssBytes, exit.maxRssBytes()),
        Math.max(endMs, exit.endMs()),
        ofScript ? energyMj : RunExit.energyOf(energyMj, exit.energyMj()),
        ofScript ? accelerators : accelerators.plus(exit.accelerators()),
        ofScript ? shortOfMemory : shortOfMemory(node, exit),
        recent);
  }

  private NodeName shortOfMemory(NodeName node, RunExit exit) {
    return shortOfMemory == null && exit.kind() == RunExit.Kind.OUT_OF_MEMORY
        ? node
        : shortOfMemory;
  }

  /**
   * The end of the whole run: the script's, at the time and with the use of all parts. A script may
   * end well although a step was killed for want of memory on another node: that is told then.
   */
  public RunExit whole(RunExit ofScript) {
    boolean elsewhere = shortOfMemory != null && ofScript.kind() == RunExit.Kind.EXITED;
    return new RunExit(
        ofScript.run(),
        elsewhere ? RunExit.Kind.OUT_OF_MEMORY : ofScript.kind(),
        ofScript.exitCode(),
        ofScript.signal(),
        ofScript.startMs(),
        Math.max(ofScript.endMs(), endMs),
        Math.addExact(ofScript.userUs(), userUs),
        Math.addExact(ofScript.systemUs(), systemUs),
        Math.max(ofScript.maxRssBytes(), maxRssBytes),
        elsewhere ? "out of memory on " + shortOfMemory : ofScript.detail(),
        ofScript.nodeFault(),
        RunExit.energyOf(ofScript.energyMj(), energyMj),
        ofScript.accelerators().plus(accelerators));
  }
}
