package org.queqiao.contract.codec;

import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.wire.PbJobResumed;
import org.queqiao.contract.wire.PbJobSuspendRequested;
import org.queqiao.contract.wire.PbJobSuspended;
import org.queqiao.contract.wire.PbRunPartSuspended;
import org.queqiao.contract.wire.PbSuspension;

/** What is said of suspended runs, to its wire form. */
final class SuspensionWriter {
  private SuspensionWriter() {}

  static PbJobSuspendRequested requested(JobSuspendRequested e) {
    return PbJobSuspendRequested.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setSuspend(e.suspend())
        .setPreemptor(e.preemptor() == null ? 0 : e.preemptor().value())
        .setClaims(e.claims())
        .build();
  }

  static PbJobSuspended suspended(JobSuspended e) {
    return PbJobSuspended.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setAtMs(e.atMs())
        .setBilled(e.billed())
        .build();
  }

  static PbJobResumed resumed(JobResumed e) {
    return PbJobResumed.newBuilder().setRun(ModelWriter.run(e.run())).setAtMs(e.atMs()).build();
  }

  static PbRunPartSuspended part(RunPartSuspended e) {
    return PbRunPartSuspended.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setNode(e.node().value())
        .setAtMs(e.atMs())
        .build();
  }

  static PbSuspension image(Suspension each) {
    return PbSuspension.newBuilder()
        .setWanted(each.wanted())
        .setBy(ModelWriter.actor(each.by()))
        .setAskedMs(each.askedMs())
        .setSinceMs(each.sinceMs())
        .setBilled(each.billed())
        .setFormerMs(each.formerMs())
        .setFormerUnbilledMs(each.formerUnbilledMs())
        .setEdgeMs(each.edgeMs())
        .addAllStoppedOn(each.stoppedOn().stream().map(NodeName::value).toList())
        .setLastStopMs(each.lastStopMs())
        .build();
  }
}
