package org.queqiao.agent.slurm;

import java.util.ArrayList;
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
    int count = answer.count();
    List<SlurmJob> jobs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      jobs.add(
          new SlurmJob(
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
              answer.text()));
    }
    return jobs;
  }
}
