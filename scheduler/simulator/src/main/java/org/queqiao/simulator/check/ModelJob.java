package org.queqiao.simulator.check;

import java.util.List;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;

/** A job as the facts alone tell it. */
final class ModelJob {
  final JobSubmitted submitted;
  final long submitMs;
  JobState state = JobState.PENDING;
  int attempt;
  List<Allocation> allocations = List.of();
  long allocatedMs;
  long firstStartMs;
  long endMs;
  boolean started;
  KillCause killCause;

  ModelJob(JobSubmitted submitted, long submitMs) {
    this.submitted = submitted;
    this.submitMs = submitMs;
  }

  boolean holdsCores() {
    return state == JobState.RUNNING || state == JobState.COMPLETING;
  }

  int cores() {
    int cores = 0;
    for (Allocation allocation : allocations) {
      cores += allocation.cores().size();
    }
    return cores;
  }
}
