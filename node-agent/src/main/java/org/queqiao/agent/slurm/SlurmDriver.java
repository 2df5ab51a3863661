package org.queqiao.agent.slurm;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.Trouble;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.launch.OpenedOrder;
import org.queqiao.contract.metrics.RunMetrics;

/**
 * Lets Slurm launch what Queqiao has decided. All that it knows it reads from Slurm; what is to be
 * done and cannot be done now is done with a later look. What is done to a job is done by the
 * number that it has at that moment: a slurmctld that crashed may give a number again. Used by many
 * threads.
 */
final class SlurmDriver {
  private static final long LOCK_MS = 200;
  private static final long SLOW_MS = 1_000;
  private static final long PAST_S = 40L * 86_400;

  /** So long after Slurm answers again a submission that it did not answer may still arrive. */
  private static final long SETTLE_MS = 5_000;

  private final SlurmProcess slurm;
  private final ClusterName cluster;
  private final String partition;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<RunId, DrivenJob> jobs = new TreeMap<>();

  /** Runs whose submission was not answered, and from when on they may be submitted again. */
  private final TreeMap<RunId, Long> unanswered = new TreeMap<>();

  private final MissingRuns missing;
  private final RestoredRuns restored;
  private final RunWishes wishes;
  private final UsedByRuns used;
  private final Trouble usedTrouble = new Trouble();
  private final ConcurrentLinkedQueue<RunId> forgettable = new ConcurrentLinkedQueue<>();
  private final Trouble trouble = new Trouble();
  private final ClockSkew skew = new ClockSkew();

  /** By how much the clock of slurmctld is ahead of that of this host. */
  private volatile long aheadMs;

  private volatile List<DrivenJob> present = List.of();
  private volatile boolean away = true;

  /** When the look began that is under way, or 0. */
  private volatile long lookingMs;

  /**
   * A driver that has not looked yet.
   *
   * @param options the cluster, and the partition of Slurm that runs are submitted to
   */
  SlurmDriver(SlurmProcess slurm, DriveOptions options) {
    this.slurm = slurm;
    this.cluster = options.cluster();
    this.partition = options.partition();
    this.missing = new MissingRuns(slurm, options.giveUpMs());
    this.restored = new RestoredRuns(slurm);
    this.wishes = new RunWishes(slurm);
    this.used = new UsedByRuns(slurm::records);
  }

  /** Whether slurmctld did not answer last. */
  boolean isAway() {
    return away;
  }

  /** Looks at what slurmctld has; answers with the nodes of Slurm. */
  List<SlurmNode> look(Collection<RunId> wanted, long nowMs) throws SlurmException {
    lock.lock();
    lookingMs = nowMs;
    try {
      List<SlurmNode> nodes = SlurmNode.list(slurm.ask(SlurmCall.NODES));
      needCluster();
      load();
      long askedMs = System.currentTimeMillis();
      SlurmAnswer clock = slurm.ask(SlurmCall.CLOCK);
      aheadMs = skew.measure(clock.i64(), askedMs, System.currentTimeMillis());
      restored.look(jobs.values(), clock.i64());
      missing.seen(jobs.values(), nowMs);
      findForgotten(wanted, nowMs);
      publish();
      wishes.carryOut(jobs, nowMs);
      away = false;
      unanswered.replaceAll((_, fromMs) -> Math.min(fromMs, nowMs + SETTLE_MS));
      return nodes;
    } catch (SlurmException e) {
      away = true;
      missing.interrupted();
      restored.away(jobs.values());
      throw e;
    } finally {
      lookingMs = 0;
      lock.unlock();
    }
  }

  /** What another cluster does not have says nothing of the runs of this one. */
  private void needCluster() throws SlurmException {
    if (!slurm.cluster().equals(cluster.value())) {
      throw new SlurmException(
          0,
          "its configuration is of cluster "
              + slurm.cluster()
              + ", and this bridge was started for "
              + cluster);
    }
  }

  private void load() throws SlurmException {
    TreeMap<RunId, DrivenJob> found = new TreeMap<>();
    for (SlurmJob each : SlurmJob.list(slurm.ask(SlurmCall.JOBS))) {
      if (each.partition().equals(partition)) {
        RunMark.of(each.name()).ifPresent(mark -> found.put(mark.run(), DrivenJob.of(mark, each)));
      }
    }
    // slurmctld forgets what ended some minutes ago; what was seen to end is kept here.
    jobs.values().removeIf(each -> !each.isOver());
    for (RunId run = forgettable.poll(); run != null; run = forgettable.poll()) {
      jobs.remove(run);
    }
    // One that it takes for alive although it ended is as its end was: see RestoredRuns.
    found.forEach(
        (run, now) -> jobs.merge(run, now, (before, _) -> before.isSameRun(now) ? before : now));
  }

  /** Runs that slurmctld does not have any more are looked for in slurmdbd. */
  private void findForgotten(Collection<RunId> wanted, long nowMs) throws SlurmException {
    TreeSet<RunId> forgotten = new TreeSet<>(wanted);
    forgotten.removeAll(jobs.keySet());
    if (forgotten.isEmpty()) {
      return;
    }
    long nowS = slurm.ask(SlurmCall.CLOCK).i64();
    for (SlurmRecord each :
        SlurmRecord.list(slurm.ask(SlurmCall.HISTORY, nowS - PAST_S, nowS + 1))) {
      RunMark.of(each.name())
          .filter(mark -> forgotten.contains(mark.run()))
          .ifPresent(mark -> jobs.put(mark.run(), DrivenJob.of(mark, each)));
    }
    forgotten.removeAll(jobs.keySet());
    // What was asked for before a restart may be on its way.
    forgotten.forEach(run -> unanswered.put(run, nowMs + SETTLE_MS));
  }

  /**
   * Looks in slurmdbd for runs that their nodes hold and of which slurmctld does not know the end:
   * it forgot them, or lost their start or their end with the last seconds before a crash. A run
   * that nobody knows for long is lost, but not while slurmctld is away.
   *
   * @param held the runs that nodes hold, with the node of the script; only nodes that are up
   */
  void findEnds(Map<RunId, NodeName> held, long nowMs) {
    lock.lock();
    lookingMs = nowMs;
    try {
      if (!away) {
        missing.find(held, jobs.keySet(), nowMs, aheadMs).forEach(this::ended);
      }
      restored.find(held.keySet(), jobs, nowMs).forEach(this::ended);
      publish();
      trouble.over();
    } catch (SlurmException e) {
      trouble.say("no word of slurmdbd on runs whose end is not known: " + e.getMessage());
    } finally {
      lookingMs = 0;
      lock.unlock();
    }
  }

  /** Tells what runs used that have ended, as far as slurmdbd knows it by now. */
  void tellUsed(long nowMs, BiConsumer<DrivenJob, RunMetrics> told) {
    lock.lock();
    lookingMs = nowMs;
    try {
      used.tell(nowMs, told);
      usedTrouble.over();
    } catch (SlurmException e) {
      usedTrouble.say("no word of slurmdbd on what runs used: " + e.getMessage());
    } finally {
      lookingMs = 0;
      lock.unlock();
    }
  }

  /** The end of a run was told: what it used is to be told when it is known. */
  void toldEnd(DrivenJob job, long nowMs) {
    lock.lock();
    try {
      used.ended(job, nowMs);
    } finally {
      lock.unlock();
    }
  }

  private void ended(DrivenJob job) {
    jobs.put(job.run(), job);
    if (job.number() == 0) {
      AgentLog.warn("run " + job.run() + " is lost: Slurm does not know it any more");
    }
  }

  /** The end of a run by the clock of this host, which is closer to that of the server. */
  RunExit exit(DrivenJob job) {
    return job.exit(aheadMs);
  }

  /**
   * By how much the clock of slurmctld, which all times of runs are of, is ahead of this host's.
   */
  long aheadMs() {
    return aheadMs;
  }

  /** All that Slurm has of runs, as of the last look; never waits for one. */
  List<DrivenJob> jobs() {
    return present;
  }

  private void publish() {
    present = List.copyOf(jobs.values());
  }

  /** Hands a run to Slurm unless it has it; too old an order only asks whether it has it. */
  LaunchReply launch(RunMark mark, OpenedOrder order, long nowMs) {
    if (away || looksForLong(nowMs) || !locked()) {
      return new LaunchReply.Busy();
    }
    boolean asked = false;
    try {
      load();
      DrivenJob known = jobs.get(mark.run());
      if (known != null) {
        return new LaunchReply.Running(known.startMs() == 0 ? nowMs : known.startMs() - aheadMs);
      }
      if (nowMs < unanswered.getOrDefault(mark.run(), 0L)) {
        return new LaunchReply.Busy();
      }
      if (order.notAfterMs() < nowMs) {
        return new LaunchReply.Refused("the order is too old");
      }
      byte[] request = BatchRequest.of(mark, order, partition);
      asked = true;
      slurm.submit(request);
      asked = false;
      unanswered.remove(mark.run());
      missing.began(mark.run(), nowMs);
      load();
      publish();
      return new LaunchReply.Running(nowMs);
    } catch (IllegalArgumentException e) {
      return new LaunchReply.Refused(e.getMessage());
    } catch (SlurmException e) {
      if (asked && e.isDecision()) {
        return new LaunchReply.Refused("Slurm refuses it: " + e.getMessage());
      }
      if (asked) {
        unanswered.put(mark.run(), Long.MAX_VALUE);
      }
      away = true;
      AgentLog.warn("run " + mark.run() + " waits for Slurm: " + e.getMessage());
      return new LaunchReply.Busy();
    } finally {
      lock.unlock();
    }
  }

  /** slurmctld does not answer at once: a node must not wait for it. */
  private boolean looksForLong(long nowMs) {
    long beganMs = lookingMs;
    return beganMs != 0 && nowMs - beganMs > SLOW_MS;
  }

  private boolean locked() {
    try {
      return lock.tryLock(LOCK_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends a run with the next looks: TERM, and KILL after the grace. */
  void stop(RunId run, int graceMs, long nowMs) {
    wishes.stop(run, nowMs + graceMs);
  }

  /** Sends a signal with the next look. */
  void signal(RunId run, int number, boolean batchOnly) {
    wishes.signal(run, number, batchOnly);
  }

  /** Asks Slurm with the next look to stop a run where it is, or let it go on. */
  void suspend(RunId run, boolean stop) {
    wishes.suspend(run, stop);
  }

  /** The end of a run is known to the server. */
  void forget(RunId run) {
    forgettable.add(run);
  }
}
