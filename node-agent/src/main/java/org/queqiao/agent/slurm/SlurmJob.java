package org.queqiao.agent.slurm;

import java.util.List;

/** A job as slurmctld knows it. Times are in seconds. */
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
    String name,
    String account,
    String partition,
    String nodes,
    String comment) {
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
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text());
  }
}
