package org.queqiao.simulator.check;

import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;

/** A job as the facts alone tell it. */
final class ModelJob {
  final JobSubmitted submitted;
  final long submitMs;
  JobState state = JobState.PENDING;

  /** What it asks for since its last change. */
  JobSpec spec;

  boolean renamed;
  int attempt;
  List<Allocation> allocations = List.of();
  long allocatedMs;
  long firstStartMs;
  long endMs;
  boolean started;

  /** Whether somebody wants its run to stop now. */
  boolean stopWanted;

  /** Nodes that have said, since that was wished last, that what they have of it is stopped. */
  final TreeSet<NodeName> stoppedOn = new TreeSet<>();

  /** Whether its processes are stopped, as far as is known. */
  boolean stopped;

  boolean stopBilled;

  /** Whether its run is to stop for another, and whether that may use its cores. */
  boolean makesRoom;

  boolean yields;

  /** Whether a wish that it goes on may reach its node. */
  boolean mayGoOn;

  /** When that was wished last. */
  long resumeAskedMs;

  /** When it was last stopped or went on. */
  long edgeMs;

  /** When it was last stopped. */
  long stoppedMs;

  /** For how long its latest run was stopped and not billed. */
  long unbilledMs;

  KillCause killCause;

  /** Null for what is no array. */
  final ModelArray array;

  /** Which task of which array it is, or null. */
  final ArrayTask task;

  ModelJob(JobSubmitted submitted, long submitMs) {
    this.submitted = submitted;
    this.spec = submitted.spec();
    this.submitMs = submitMs;
    this.array = submitted.spec().array() == null ? null : new ModelArray(submitted.spec().array());
    this.task = null;
  }

  /** A task that has left its array. */
  ModelJob(ModelJob whole, int index) {
    this.submitted = whole.submitted;
    this.spec = whole.spec;
    this.submitMs = whole.submitMs;
    this.array = null;
    this.task = new ArrayTask(whole.submitted.job(), index);
  }

  /** A run begins. */
  void begin(long nowMs) {
    allocatedMs = nowMs;
    stopWanted = false;
    stopped = false;
    mayGoOn = false;
    makesRoom = false;
    yields = false;
    resumeAskedMs = 0;
    edgeMs = 0;
    unbilledMs = 0;
  }

  /** Its run goes on, or is over. */
  void goOn(long atMs) {
    if (stopped) {
      unbilledMs += stopBilled ? 0 : atMs - stoppedMs;
      stopped = false;
    }
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
