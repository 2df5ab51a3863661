package org.queqiao.runtime.tool;

import java.io.PrintStream;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Viewer;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.tool.ReplayTarget;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.runtime.recovery.SnapshotCodec;

/** The scheduler as the target of an offline replay. */
final class MachineReplay implements ReplayTarget {
  private SchedulerMachine machine = new SchedulerMachine();

  @Override
  public void restore(Snapshot snapshot) {
    machine = SnapshotCodec.decode(snapshot.position(), snapshot.payload());
  }

  @Override
  public void apply(LogEntry entry) {
    machine.apply(CommittedReader.decode(entry));
  }

  @Override
  public String digest() {
    return HexFormat.of().formatHex(machine.digest());
  }

  /**
   * Prints why a job waits at a moment, or what has become of it, as the server tells those who see
   * everything; for what it waited that waits no more is left out.
   *
   * @return whether the state knows the job
   */
  boolean explain(JobId job, long nowMs, PrintStream out) {
    Optional<String> said =
        JobQuestions.explain(machine, job, nowMs, JobQuestions.Bounds.USUAL)
            .map(each -> each.text(Viewer.OWNER));
    out.print(said.orElse("there is no job " + job + " then\n"));
    return said.isPresent();
  }

  /** Prints how much of everything there is. */
  void summary(PrintStream out) {
    ClusterImage image = machine.image();
    TreeMap<JobState, Integer> states = new TreeMap<>();
    image.jobs().forEach(job -> states.merge(job.state(), 1, Integer::sum));
    out.println(
        "jobs " + image.jobs().size() + " " + states + ", last number " + image.lastJobId());
    out.println(
        "nodes "
            + image.nodes().size()
            + ", projects "
            + image.projects().size()
            + ", accounts "
            + image.users().size()
            + ", partitions "
            + image.partitions().size());
  }
}
