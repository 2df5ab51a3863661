package org.queqiao.core.check;

import java.util.List;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;

/** What the log has said of one job. */
final class Life {
  final JobSubmitted submitted;
  JobState state = JobState.PENDING;
  KillCause cause;
  int attempt;
  boolean held;
  long firstStartMs;
  long endMs;
  List<Allocation> allocations = List.of();
  JobSpec spec;
  boolean renamed;

  /** Null for what is no array. */
  final ArrayLife array;

  /** Its index as a task, or -1. */
  final int index;

  Life(JobSubmitted submitted) {
    this.submitted = submitted;
    this.spec = submitted.spec();
    this.held = spec.hold();
    this.array = spec.array() == null ? null : new ArrayLife(spec.array());
    this.index = -1;
  }

  /** A task of an array. */
  Life(Life whole, int index) {
    this.submitted = whole.submitted;
    this.spec = whole.spec;
    this.array = null;
    this.index = index;
  }
}
