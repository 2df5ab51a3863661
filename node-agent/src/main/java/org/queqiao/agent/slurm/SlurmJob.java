package org.queqiao.agent.slurm;

import java.util.List;

/**
 * A job as slurmctld knows it. Times are in seconds.
 *
 * @param suspendS when it was suspended or resumed last, or 0
 * @param ranBeforeS how long it had run until then
 * @param resizeS when its size changed last, or 0
 * @param tasks the tasks of an array that wait, where it stands for them
 * @param reason why it waits, in Slurm's word
 */
record SlurmJob(
    long number,
    long arrayJob,
    long arrayTask,
    long state,
    long exitCode,
    long restarts,
    long uid,
    long cpus,
    long priority,
    long submitS,
    long startS,
    long endS,
    long suspendS,
    long ranBeforeS,
    long resizeS,
    String name,
    String account,
    String partition,
    String nodes,
    String comment,
    String user,
    String tasks,
    String reason) {
  boolean isWaiting() {
    return SlurmState.base(state) == 0;
  }

  static List<SlurmJob> list(SlurmAnswer answer) {
    return answer.list(SlurmJob::read);
  }

  private static SlurmJob read(SlurmAnswer answer) {
    return new SlurmJob(
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.i64(),
        answer.i64(),
        answer.i64(),
        answer.i64(),
        answer.i64(),
        answer.i64(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text());
  }
}
