package org.queqiao.agent.slurm;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.launch.OpenedOrder;

/**
 * Lets Slurm launch what Queqiao has decided. All that it knows it reads from slurmctld; what is to
 * be done and cannot be done now is done with a later look. Used by many threads.
 */
final class SlurmDriver {
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final long MEBIBYTE = 1 << 20;
  private static final long KILL_AGAIN_MS = 5_000;
  private static final long LOCK_MS = 200;
  private static final long PAST_S = 40L * 86_400;

  /** Numbers below are errors of the way to Slurm, not its decisions. */
  private static final int FIRST_DECISION = 2_000;

  private final SlurmProcess slurm;
  private final String partition;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<RunId, DrivenJob> jobs = new TreeMap<>();
  private final TreeMap<RunId, Long> killAtMs = new TreeMap<>();
  private volatile boolean away = true;

  /**
   * A driver that has not looked yet.
   *
   * @param partition the partition of Slurm that runs are submitted to
   */
  SlurmDriver(SlurmProcess slurm, String partition) {
    this.slurm = slurm;
    this.partition = partition;
  }

  /** Whether slurmctld did not answer last. */
  boolean isAway() {
    return away;
  }

  /** Looks at what slurmctld has; answers with the nodes of Slurm. */
  List<SlurmNode> look(Collection<RunId> wanted, long nowMs) throws SlurmException {
    lock.lock();
    try {
      List<SlurmNode> nodes = SlurmNode.list(slurm.ask(SlurmCall.NODES));
      load();
      findForgotten(wanted);
      kill(nowMs);
      away = false;
      return nodes;
    } catch (SlurmException e) {
      away = true;
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void load() throws SlurmException {
    TreeMap<RunId, DrivenJob> found = new TreeMap<>();
    for (SlurmJob each : SlurmJob.list(slurm.ask(SlurmCall.JOBS))) {
      RunMark.of(each.name()).ifPresent(mark -> found.put(mark.run(), DrivenJob.of(mark, each)));
    }
    // slurmctld forgets what ended some minutes ago; what was seen to end is kept here.
    jobs.values().removeIf(each -> !each.isOver());
    jobs.putAll(found);
  }

  /** Runs that slurmctld does not have any more are looked for in slurmdbd. */
  private void findForgotten(Collection<RunId> wanted) throws SlurmException {
    TreeSet<RunId> missing = new TreeSet<>(wanted);
    missing.removeAll(jobs.keySet());
    if (missing.isEmpty()) {
      return;
    }
    long nowS = slurm.ask(SlurmCall.BACKLOG).i64();
    for (SlurmRecord each :
        SlurmRecord.list(slurm.ask(SlurmCall.HISTORY, nowS - PAST_S, nowS + 1))) {
      RunMark.of(each.name())
          .filter(mark -> missing.contains(mark.run()))
          .ifPresent(mark -> jobs.put(mark.run(), DrivenJob.of(mark, each)));
    }
  }

  private void kill(long nowMs) throws SlurmException {
    for (RunId run : List.copyOf(killAtMs.keySet())) {
      DrivenJob job = jobs.get(run);
      if (job == null || job.isOver()) {
        killAtMs.remove(run);
      } else if (nowMs >= killAtMs.get(run)) {
        killAtMs.put(run, nowMs + KILL_AGAIN_MS);
        ask(SlurmCall.SIGNAL, job.number(), SIGKILL, 0);
      }
    }
  }

  /** All that Slurm has of runs, as of the last look. */
  List<DrivenJob> jobs() {
    lock.lock();
    try {
      return new ArrayList<>(jobs.values());
    } finally {
      lock.unlock();
    }
  }

  /** Hands a run to Slurm unless it has it. */
  LaunchReply launch(RunMark mark, OpenedOrder order, long nowMs) {
    if (away || !locked()) {
      return new LaunchReply.Busy();
    }
    try {
      load();
      DrivenJob known = jobs.get(mark.run());
      if (known != null) {
        return new LaunchReply.Running(known.startMs() == 0 ? nowMs : known.startMs());
      }
      slurm.submit(request(mark, order));
      load();
      return new LaunchReply.Running(nowMs);
    } catch (SlurmException e) {
      if (e.error() >= FIRST_DECISION) {
        return new LaunchReply.Refused("Slurm refuses it: " + e.getMessage());
      }
      away = true;
      AgentLog.warn("run " + mark.run() + " waits for Slurm: " + e.getMessage());
      return new LaunchReply.Busy();
    } finally {
      lock.unlock();
    }
  }

  private boolean locked() {
    try {
      return lock.tryLock(LOCK_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private byte[] request(RunMark mark, OpenedOrder order) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    String nodes = order.environment().getOrDefault("SLURM_JOB_NODELIST", order.nodeName());
    StringBuilder environment = new StringBuilder();
    order
        .environment()
        .forEach((name, value) -> {
          // Slurm sets its own, which name its own job.
          if (!name.startsWith("SLURM")) {
            environment.append(name).append('=').append(value).append('\0');
          }
        });
    try {
      out.writeInt(order.uid());
      out.writeInt(nodes.split(",").length);
      out.writeInt(cpus(order));
      out.writeLong(order.memBytes() / MEBIBYTE);
      text(out, mark.toString());
      text(out, "");
      text(out, partition);
      text(out, nodes);
      text(out, order.workDir());
      text(out, order.stdoutPath());
      text(out, order.stderrPath());
      text(out, environment.toString());
      out.writeInt(order.script().length);
      out.write(order.script());
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Sums {@code 4(x2),3}. */
  static int cpus(OpenedOrder order) {
    int sum = 0;
    for (String each :
        order.environment().getOrDefault("SLURM_JOB_CPUS_PER_NODE", "1").split(",")) {
      int times = each.indexOf("(x");
      int cores = Integer.parseInt(times < 0 ? each : each.substring(0, times));
      sum +=
          times < 0
              ? cores
              : cores * Integer.parseInt(each.substring(times + 2, each.length() - 1));
    }
    return sum;
  }

  /** Ends a run: TERM now, KILL after the grace, also when Slurm is away until then. */
  void stop(RunId run, int graceMs, long nowMs) {
    lock.lock();
    try {
      DrivenJob job = jobs.get(run);
      if (job == null || job.isOver()) {
        return;
      }
      killAtMs.merge(run, nowMs + (job.isWaiting() ? 0 : graceMs), Math::min);
      if (job.isWaiting()) {
        kill(nowMs);
      } else {
        ask(SlurmCall.SIGNAL, job.number(), SIGTERM, 0);
      }
    } catch (SlurmException e) {
      away = true;
    } finally {
      lock.unlock();
    }
  }

  void signal(RunId run, int number, boolean batchOnly) {
    lock.lock();
    try {
      DrivenJob job = jobs.get(run);
      if (job != null && !job.isOver()) {
        ask(SlurmCall.SIGNAL, job.number(), number, batchOnly ? 1 : 0);
      }
    } catch (SlurmException e) {
      AgentLog.warn("run " + run + " does not get signal " + number + ": " + e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  /** Asks Slurm to stop a run where it is, or let it go on. */
  void suspend(DrivenJob job, boolean stop) {
    lock.lock();
    try {
      ask(SlurmCall.SUSPEND, job.number(), stop ? 1 : 0);
    } catch (SlurmException e) {
      away = true;
    } finally {
      lock.unlock();
    }
  }

  /** What Slurm decides against is not tried again: the next look says how it is. */
  private void ask(SlurmCall call, long... arguments) throws SlurmException {
    try {
      slurm.ask(call, arguments);
    } catch (SlurmException e) {
      if (e.error() < FIRST_DECISION) {
        throw e;
      }
    }
  }

  /** The end of a run is known to the server. */
  void forget(RunId run) {
    lock.lock();
    try {
      jobs.computeIfPresent(run, (_, job) -> job.isOver() ? null : job);
    } finally {
      lock.unlock();
    }
  }
}
