package org.queqiao.agent.slurm;

import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.queqiao.contract.id.RunId;

/**
 * What shall be done to runs that Slurm has. A node says it and does not wait, or its heart would
 * stand still while slurmctld is away; the next look does it, and what it could not do a later one.
 */
final class RunWishes {
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;
  private static final long KILL_AGAIN_MS = 5_000;

  /** Who of a job gets a signal, as the call of the shim has it. */
  private static final int WHOLE_JOB = 0;

  private static final int BATCH_SCRIPT = 1;
  private static final int STEPS = 2;

  /** What a node said. */
  private sealed interface Wish {
    RunId run();

    record Stop(RunId run, long killMs) implements Wish {}

    record Signal(RunId run, int number, boolean batchOnly) implements Wish {}

    record Suspend(RunId run, boolean stop) implements Wish {}
  }

  private final SlurmProcess slurm;
  private final ConcurrentLinkedQueue<Wish> said = new ConcurrentLinkedQueue<>();
  private final TreeMap<RunId, Long> killAtMs = new TreeMap<>();
  private final TreeMap<RunId, Wish> open = new TreeMap<>();
  private final TreeMap<RunId, Wish.Signal> signals = new TreeMap<>();

  RunWishes(SlurmProcess slurm) {
    this.slurm = slurm;
  }

  /** Ends a run: TERM, and KILL when that moment has come. */
  void stop(RunId run, long killMs) {
    said.add(new Wish.Stop(run, killMs));
  }

  void signal(RunId run, int number, boolean batchOnly) {
    said.add(new Wish.Signal(run, number, batchOnly));
  }

  /** Lets a run stand still, or go on. */
  void suspend(RunId run, boolean stop) {
    said.add(new Wish.Suspend(run, stop));
  }

  /**
   * Does what can be done.
   *
   * @param jobs what Slurm has at this moment
   * @throws SlurmException when Slurm does not answer: the rest is for the next time
   */
  void carryOut(TreeMap<RunId, DrivenJob> jobs, long nowMs) throws SlurmException {
    for (Wish each = said.poll(); each != null; each = said.poll()) {
      switch (each) {
        case Wish.Stop stop -> {
          if (killAtMs.merge(stop.run(), stop.killMs(), Math::min) == stop.killMs()) {
            open.put(stop.run(), stop);
          }
        }
        case Wish.Signal signal -> signals.put(signal.run(), signal);
        case Wish.Suspend suspend -> {
          if (!killAtMs.containsKey(suspend.run())) {
            open.put(suspend.run(), suspend);
          }
        }
      }
    }
    killAtMs.keySet().removeIf(run -> isOver(jobs.get(run)));
    open.keySet().removeIf(run -> isOver(jobs.get(run)));
    signals.keySet().removeIf(run -> isOver(jobs.get(run)));
    begin(jobs);
    warn(jobs);
    kill(jobs, nowMs);
  }

  private static boolean isOver(DrivenJob job) {
    return job == null || job.isOver();
  }

  private void begin(TreeMap<RunId, DrivenJob> jobs) throws SlurmException {
    for (RunId run : List.copyOf(open.keySet())) {
      DrivenJob job = jobs.get(run);
      if (open.get(run) instanceof Wish.Suspend suspend) {
        ask(SlurmCall.SUSPEND, job.number(), suspend.stop() ? 1 : 0);
      } else if (job.isWaiting()) {
        // There is no process yet that TERM could reach.
        killAtMs.put(run, 0L);
      } else {
        ask(SlurmCall.SIGNAL, job.number(), SIGTERM, WHOLE_JOB);
      }
      open.remove(run);
    }
  }

  private void warn(TreeMap<RunId, DrivenJob> jobs) throws SlurmException {
    for (RunId run : List.copyOf(signals.keySet())) {
      DrivenJob job = jobs.get(run);
      if (!job.isWaiting()) {
        Wish.Signal each = signals.get(run);
        int who = each.batchOnly() ? BATCH_SCRIPT : STEPS;
        ask(SlurmCall.SIGNAL, job.number(), each.number(), who);
        signals.remove(run);
      }
    }
  }

  private void kill(TreeMap<RunId, DrivenJob> jobs, long nowMs) throws SlurmException {
    for (RunId run : List.copyOf(killAtMs.keySet())) {
      if (nowMs >= killAtMs.get(run)) {
        ask(SlurmCall.SIGNAL, jobs.get(run).number(), SIGKILL, WHOLE_JOB);
        killAtMs.put(run, nowMs + KILL_AGAIN_MS);
      }
    }
  }

  /** What Slurm decides against is not tried again: the next look says how it is. */
  private void ask(SlurmCall call, long... arguments) throws SlurmException {
    try {
      slurm.ask(call, arguments);
    } catch (SlurmException e) {
      if (!e.isDecision()) {
        throw e;
      }
    }
  }
}
