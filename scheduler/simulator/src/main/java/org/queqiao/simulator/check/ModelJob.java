package org.queqiao.simulator.check;

import java.util.List;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;

/** A job as the facts alone tell it. */
final class ModelJob {
  final JobSubmitted submitted;
  final long submitMs;
  JobState state = JobState.PENDING;
  int attempt;
  List<Allocation> allocations = List.of();
  long allocatedMs;
  long firstStartMs;
  long allocatedPosition;
  String bootAtAllocation = "";
  long endMs;
  boolean started;

  ModelJob(JobSubmitted submitted, long submitMs) {
    this.submitted = submitted;
    this.submitMs = submitMs;
  }

  boolean holdsCores() {
    return attempt > 0 && !state.isTerminal();
  }

  int cores() {
    int cores = 0;
    for (Allocation allocation : allocations) {
      cores += allocation.cores().size();
    }
    return cores;
  }
}
