package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ClusterNow.JobNow;
import org.queqiao.contract.observe.ClusterNow.NodeNow;
import org.queqiao.contract.observe.ClusterNow.PartitionNow;
import org.queqiao.contract.observe.ClusterNow.StepNow;

/** Reads what slurmctld has now: nodes, partitions, and the jobs that run or wait. */
final class NowReader {
  private static final long MS = 1_000;
  private static final long MINUTE_MS = 60_000;
  private static final long MIB = 1 << 20;
  private static final long LIMIT_NONE = 0xfffffff0L;
  private static final long COMPLETING = 1 << 15;
  private static final int TEXT_MAX = 4_096;

  /** Far below the bound of a frame. */
  private static final int TEXTS_MAX = 4 << 20;

  private final SlurmProcess slurm;
  private final String drivenPartition;
  private long suspendedSinceMs = Long.MAX_VALUE;

  /** A step of a job. */
  private record Step(
      long job, long number, long state, long tasks, long startS, String name, String nodes) {}

  /** A reader that leaves out what Queqiao launches in this partition; empty for none. */
  NowReader(SlurmProcess slurm, String drivenPartition) {
    this.slurm = slurm;
    this.drivenPartition = drivenPartition;
  }

  /**
   * What is now.
   *
   * @throws SlurmException when slurmctld does not answer
   */
  ClusterNow read() throws SlurmException {
    long nowS = slurm.ask(SlurmCall.BACKLOG).i64();
    SlurmAnswer first = slurm.ask(SlurmCall.NODES);
    List<NodeNow> nodes = new ArrayList<>();
    for (SlurmNode each : SlurmNode.list(first)) {
      if (nodes.size() < ClusterNow.NODES_MAX) {
        nodes.add(node(each));
      }
    }
    List<PartitionNow> partitions = new ArrayList<>(first.list(NowReader::partition));
    SlurmAnswer second = slurm.ask(SlurmCall.JOBS);
    List<SlurmJob> jobs = new ArrayList<>(SlurmJob.list(second));
    TreeMap<Long, List<StepNow>> steps = new TreeMap<>();
    for (Step each : second.list(NowReader::step)) {
      List<StepNow> own = steps.computeIfAbsent(each.job(), _ -> new ArrayList<>());
      if (own.size() < ClusterNow.STEPS_MAX) {
        own.add(
            new StepNow(
                SlurmState.stepId(each.number()),
                cut(each.name()),
                SlurmState.word(each.state()),
                each.startS() * MS,
                each.tasks(),
                cut(each.nodes())));
      }
    }
    suspendedSinceMs =
        jobs.stream()
            .filter(each -> SlurmState.base(each.state()) == SlurmState.SUSPENDED)
            .mapToLong(each -> each.suspendS() * MS)
            .min()
            .orElse(Long.MAX_VALUE);
    jobs.removeIf(each -> isOver(each) || isOwn(each));
    // Where there is not room for all, those that run come first.
    jobs.sort(Comparator.comparing(SlurmJob::isWaiting).thenComparingLong(SlurmJob::number));
    List<JobNow> told = new ArrayList<>();
    int texts = 0;
    for (SlurmJob each : jobs) {
      JobNow job = job(each, steps.getOrDefault(each.number(), List.of()));
      texts += job.toString().length();
      if (told.size() == ClusterNow.JOBS_MAX || texts > TEXTS_MAX) {
        break;
      }
      told.add(job);
    }
    return new ClusterNow(nowS * MS, nodes, partitions, told, jobs.size() - told.size());
  }

  /**
   * Since when a job is suspended that was so at the last look; the greatest number where none is.
   * One that is cancelled then has ended, for Slurm, when it was suspended.
   */
  long suspendedSinceMs() {
    return suspendedSinceMs;
  }

  private static boolean isOver(SlurmJob job) {
    return SlurmState.end(job.state()).isPresent() && (job.state() & COMPLETING) == 0;
  }

  private boolean isOwn(SlurmJob job) {
    return job.name().startsWith(History.OWN_MARK) && job.partition().equals(drivenPartition);
  }

  private static NodeNow node(SlurmNode node) {
    return new NodeNow(
        cut(node.name()),
        node.word(),
        node.cpus(),
        node.busyCpus(),
        node.memMib() * MIB,
        cut(node.gres()),
        cut(node.features()),
        cut(node.reason()));
  }

  private static PartitionNow partition(SlurmAnswer answer) {
    String name = answer.text();
    long state = answer.u32();
    long cores = answer.u32();
    long nodes = answer.u32();
    long limit = answer.u32();
    return new PartitionNow(
        cut(name),
        state == 3 ? "UP" : state == 1 ? "DOWN" : state == 2 ? "DRAIN" : "INACTIVE",
        cores,
        nodes,
        limit >= LIMIT_NONE ? 0 : limit * MINUTE_MS,
        cut(answer.text()));
  }

  private static Step step(SlurmAnswer answer) {
    return new Step(
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.i64(),
        answer.text(),
        answer.text());
  }

  private static JobNow job(SlurmJob job, List<StepNow> steps) {
    boolean waits = job.isWaiting();
    long startS = waits ? 0 : Math.max(job.startS(), job.resizeS());
    boolean task = job.arrayJob() > 0;
    boolean one = job.arrayTask() < SlurmAnswer.NO_VALUE;
    return new JobNow(
        job.number(),
        task
            ? job.arrayJob() + "_" + (one ? "" + job.arrayTask() : "[" + cut(job.tasks()) + "]")
            : "",
        cut(job.name()),
        job.user(),
        cut(job.account()),
        cut(waits ? job.partition() : job.partition().split(",")[0]),
        SlurmState.word(job.state()),
        waits ? cut(job.reason()) : "",
        job.submitS() * MS,
        startS * MS,
        waits ? List.of() : stops(job, startS),
        waits ? 0 : job.cpus(),
        job.restarts(),
        cut(job.nodes()),
        steps);
  }

  /**
   * slurmctld tells the sum of the time that a job was suspended before its last change, not when:
   * it is taken to lie just before that. slurmdbd tells the rest at the end.
   */
  private static List<Long> stops(SlurmJob job, long startS) {
    boolean stands = SlurmState.base(job.state()) == SlurmState.SUSPENDED;
    if (job.suspendS() < startS || job.suspendS() == 0) {
      return List.of();
    }
    long stoodS = Math.max(0, job.suspendS() - startS - Math.max(0, job.ranBeforeS()));
    long fromMs = (job.suspendS() - stoodS) * MS;
    if (stands) {
      return List.of(fromMs);
    }
    return stoodS == 0 ? List.of() : List.of(fromMs, job.suspendS() * MS);
  }

  private static String cut(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
  }
}
