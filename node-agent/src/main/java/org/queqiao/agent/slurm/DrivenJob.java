package org.queqiao.agent.slurm;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.observe.SlurmTres;

/**
 * A run that Slurm has, as a job of Slurm.
 *
 * @param mark which run, and where its script runs
 * @param number of the job in Slurm
 * @param submitMs when it was submitted; anew when it is requeued
 * @param state of the job
 * @param startMs its start, or 0 while it waits
 * @param endMs its end, or 0 before
 * @param status as {@code wait} gives it
 * @param cpus that it has
 */
record DrivenJob(
    RunMark mark,
    long number,
    long submitMs,
    long state,
    long startMs,
    long endMs,
    long status,
    long cpus) {
  private static final long MS = 1_000;
  private static final long COMPLETING = 1 << 15;
  private static final int SIGNAL_BITS = 0x7f;
  private static final int CODE_SHIFT = 8;
  private static final int CODE_MASK = 0xff;
  private static final int SIGKILL = 9;

  static DrivenJob of(RunMark mark, SlurmJob job) {
    return new DrivenJob(
        mark,
        job.number(),
        job.submitS() * MS,
        job.state(),
        job.startS() * MS,
        job.endS() * MS,
        job.exitCode(),
        job.cpus());
  }

  static DrivenJob of(RunMark mark, SlurmRecord record) {
    return new DrivenJob(
        mark,
        record.job(),
        record.submitS() * MS,
        record.state(),
        record.startS() * MS,
        record.endS() * MS,
        record.exitCode(),
        new SlurmTres(record.tres()).cpus());
  }

  /**
   * A run that Slurm does not know any more, as if its node had failed.
   *
   * @param startMs its start, as far as it was seen
   * @param seenMs when Slurm knew it last
   */
  static DrivenJob lost(RunMark mark, long startMs, long seenMs) {
    return new DrivenJob(mark, 0, 0, SlurmState.NODE_FAIL, startMs, seenMs, 0, 0);
  }

  RunId run() {
    return mark.run();
  }

  /** Whether both are the same run of the same job: requeued, it is submitted and started anew. */
  boolean isSameRun(DrivenJob other) {
    return mark.equals(other.mark)
        && number == other.number
        && submitMs == other.submitMs
        && startMs == other.startMs;
  }

  /** Whether Slurm has proven that nothing of it is left. */
  boolean isOver() {
    return (state & COMPLETING) == 0 && SlurmState.end(state).isPresent();
  }

  boolean isWaiting() {
    return SlurmState.base(state) == 0;
  }

  boolean isSuspended() {
    return SlurmState.base(state) == SlurmState.SUSPENDED;
  }

  /**
   * Its end.
   *
   * @param aheadMs by how much its times are ahead of the clock that the end is told by
   */
  RunExit exit(long aheadMs) {
    String word = SlurmState.word(state);
    long beganMs = startMs == 0 || startMs > endMs ? endMs : startMs;
    int code = (int) (status >> CODE_SHIFT) & CODE_MASK;
    int signal = (int) status & SIGNAL_BITS;
    RunExit.Kind kind =
        switch (word) {
          case "OUT_OF_MEMORY" -> RunExit.Kind.OUT_OF_MEMORY;
          case "NODE_FAIL", "BOOT_FAIL" -> RunExit.Kind.LOST;
          default -> RunExit.Kind.EXITED;
        };
    // Slurm tells of one that it killed by its state alone.
    boolean killed = code == 0 && signal == 0 && !word.equals("COMPLETED");
    return new RunExit(
        run(),
        kind,
        code,
        killed ? SIGKILL : signal,
        beganMs - aheadMs,
        endMs - aheadMs,
        0,
        0,
        0,
        kind == RunExit.Kind.LOST ? why(word) : "");
  }

  private String why(String word) {
    return number == 0
        ? "Slurm does not know the run any more"
        : "Slurm says " + word + " of job " + number;
  }
}
