package org.queqiao.contract.codec;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbJobResumed;
import org.queqiao.contract.wire.PbJobSuspendRequested;
import org.queqiao.contract.wire.PbJobSuspended;
import org.queqiao.contract.wire.PbRunPartSuspended;
import org.queqiao.contract.wire.PbSuspension;

/** What is said of suspended runs, from its wire form. */
final class SuspensionReader {
  private SuspensionReader() {}

  /** The fact about suspensions that a record holds. */
  static Event event(EventRecord in) {
    if (in.hasJobSuspendRequested()) {
      return requested(in.getJobSuspendRequested());
    }
    return in.hasJobSuspended() ? suspended(in.getJobSuspended()) : resumed(in.getJobResumed());
  }

  private static JobSuspendRequested requested(PbJobSuspendRequested e) {
    return new JobSuspendRequested(
        ModelReader.run(e.getRun()),
        e.getSuspend(),
        e.getPreemptor() == 0 ? null : new JobId(e.getPreemptor()),
        e.getClaims());
  }

  private static JobSuspended suspended(PbJobSuspended e) {
    return new JobSuspended(ModelReader.run(e.getRun()), e.getAtMs(), e.getBilled());
  }

  private static JobResumed resumed(PbJobResumed e) {
    return new JobResumed(ModelReader.run(e.getRun()), e.getAtMs());
  }

  static RunPartSuspended part(PbRunPartSuspended e) {
    return new RunPartSuspended(
        ModelReader.run(e.getRun()), new NodeName(e.getNode()), e.getAtMs());
  }

  static Suspension image(PbSuspension in) {
    return new Suspension(
        in.getWanted(),
        ModelReader.actor(in.getBy()),
        in.getAskedMs(),
        in.getSinceMs(),
        in.getBilled(),
        in.getFormerMs(),
        in.getFormerUnbilledMs(),
        in.getEdgeMs(),
        ModelReader.list(in.getStoppedOnList(), NodeName::new),
        in.getLastStopMs());
  }
}
