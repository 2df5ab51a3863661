package org.queqiao.contract.codec;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.wire.FromAgent;
import org.queqiao.contract.wire.FromServer;
import org.queqiao.contract.wire.PbCertified;
import org.queqiao.contract.wire.PbDesiredRun;
import org.queqiao.contract.wire.PbDesiredSet;
import org.queqiao.contract.wire.PbDesiredSetApplied;
import org.queqiao.contract.wire.PbEnrol;
import org.queqiao.contract.wire.PbExitsAcknowledged;
import org.queqiao.contract.wire.PbHeartbeat;
import org.queqiao.contract.wire.PbHello;
import org.queqiao.contract.wire.PbMetricsStored;
import org.queqiao.contract.wire.PbNodeHealth;
import org.queqiao.contract.wire.PbOutputChunk;
import org.queqiao.contract.wire.PbReadOutput;
import org.queqiao.contract.wire.PbRefused;
import org.queqiao.contract.wire.PbRenew;
import org.queqiao.contract.wire.PbRunSamples;
import org.queqiao.contract.wire.PbRunStartedReport;
import org.queqiao.contract.wire.PbRunSuspendedReport;
import org.queqiao.contract.wire.PbWelcome;

/** Messages between server and agent, to their wire form. */
final class AgentWriter {
  private AgentWriter() {}

  static FromAgent write(AgentMessage message) {
    FromAgent.Builder out = FromAgent.newBuilder();
    switch (message) {
      case AgentMessage.Hello m -> out.setHello(hello(m));
      case AgentMessage.Heartbeat m -> out.setHeartbeat(heartbeat(m));
      case AgentMessage.RunStartedReport m ->
          out.setRunStarted(
              PbRunStartedReport.newBuilder()
                  .setRun(ModelWriter.run(m.run()))
                  .setStartMs(m.startMs()));
      case AgentMessage.RunSuspendedReport m ->
          out.setRunSuspended(
              PbRunSuspendedReport.newBuilder()
                  .setRun(ModelWriter.run(m.run()))
                  .setSuspended(m.suspended())
                  .setAtMs(m.atMs())
                  .setAskedMs(m.askedMs()));
      case AgentMessage.RunMetricsReport m ->
          out.setRunMetrics(
              MetricsCodec.write(m.metrics()).toBuilder().setSeries(ModelWriter.bytes(m.series())));
      case AgentMessage.RunSamplesReport m ->
          out.setRunSamples(
              PbRunSamples.newBuilder()
                  .setRun(ModelWriter.run(m.run()))
                  .setSeries(ModelWriter.bytes(m.series())));
      case AgentMessage.BridgeHello m -> out.setBridgeHello(BridgeCodec.write(m));
      case AgentMessage.ObservedRuns m -> out.setObservedRuns(BridgeCodec.write(m));
      case AgentMessage.RunEndedReport m -> out.setRunEnded(ModelWriter.exit(m.exit()));
      case AgentMessage.DesiredSetApplied m ->
          out.setDesiredSetApplied(
              PbDesiredSetApplied.newBuilder().setEpoch(m.epoch()).setVersion(m.version()));
      case AgentMessage.StepRequest m -> out.setStepRequest(StepMessages.write(m));
      case AgentMessage.StepEndedReport m -> out.setStepEnded(StepMessages.write(m));
      case AgentMessage.StepsWanted m -> out.setStepsWanted(StepMessages.write(m));
      case AgentMessage.CheckpointRequest m -> out.setCheckpointRequest(StepMessages.write(m));
      case AgentMessage.OutputChunk m -> out.setOutputChunk(chunk(m));
      case AgentMessage.Enrol m -> out.setEnrol(enrol(m));
      case AgentMessage.Renew m ->
          out.setRenew(
              PbRenew.newBuilder().setSigningRequest(ModelWriter.bytes(m.signingRequest())));
    }
    return out.build();
  }

  static FromServer write(ServerMessage message) {
    FromServer.Builder out = FromServer.newBuilder();
    switch (message) {
      case ServerMessage.Welcome m ->
          out.setWelcome(PbWelcome.newBuilder().setProtocol(m.protocol()).setEpoch(m.epoch()));
      case ServerMessage.BridgeWelcome m -> out.setBridgeWelcome(BridgeCodec.write(m));
      case ServerMessage.RunsRecorded m -> out.setRunsRecorded(BridgeCodec.write(m));
      case ServerMessage.Refused m -> out.setRefused(PbRefused.newBuilder().setReason(m.reason()));
      case ServerMessage.DesiredSet m -> out.setDesiredSet(desired(m));
      case ServerMessage.ExitsAcknowledged m -> {
        PbExitsAcknowledged.Builder acknowledged =
            PbExitsAcknowledged.newBuilder().setPosition(m.position()).setHeard(m.heard());
        m.runs().forEach(run -> acknowledged.addRuns(ModelWriter.run(run)));
        out.setExitsAcknowledged(acknowledged);
      }
      case ServerMessage.MetricsStored m -> {
        PbMetricsStored.Builder stored = PbMetricsStored.newBuilder();
        m.runs().forEach(run -> stored.addRuns(ModelWriter.run(run)));
        out.setMetricsStored(stored);
      }
      case ServerMessage.ReadOutput m ->
          out.setReadOutput(
              PbReadOutput.newBuilder()
                  .setRequestId(m.requestId())
                  .setSignedOrder(ModelWriter.bytes(m.signedOrder())));
      case ServerMessage.StepAnswer m -> out.setStepAnswer(StepMessages.write(m));
      case ServerMessage.StepOrder m -> out.setStepOrder(StepMessages.write(m));
      case ServerMessage.HostWanted m -> out.setHostWanted(StepMessages.write(m));
      case ServerMessage.CheckpointAnswer m -> out.setCheckpointAnswer(StepMessages.write(m));
      case ServerMessage.Certified m ->
          out.setCertified(
              PbCertified.newBuilder()
                  .setCertificate(ModelWriter.bytes(m.certificate()))
                  .setAuthority(ModelWriter.bytes(m.authority())));
    }
    return out.build();
  }

  private static PbEnrol enrol(AgentMessage.Enrol m) {
    return PbEnrol.newBuilder()
        .setProtocolMin(m.protocolMin())
        .setProtocolMax(m.protocolMax())
        .setNode(m.node().value())
        .setCode(m.code())
        .setSigningRequest(ModelWriter.bytes(m.signingRequest()))
        .build();
  }

  private static PbHello hello(AgentMessage.Hello m) {
    PbHello.Builder out =
        PbHello.newBuilder()
            .setProtocolMin(m.protocolMin())
            .setProtocolMax(m.protocolMax())
            .setFacts(ModelWriter.facts(m.facts()))
            .setHighestEpoch(m.highestEpoch())
            .setJobSocket(m.jobSocket());
    m.running().forEach(run -> out.addRunning(ModelWriter.run(run)));
    m.ended().forEach(exit -> out.addEnded(ModelWriter.exit(exit)));
    return out.build();
  }

  private static PbHeartbeat heartbeat(AgentMessage.Heartbeat m) {
    PbHeartbeat.Builder out =
        PbHeartbeat.newBuilder()
            .setSeq(m.seq())
            .setLoad1Milli(m.load1Milli())
            .setCpuBusyUs(m.cpuBusyUs())
            .setMemUsedBytes(m.memUsedBytes())
            .setMemTotalBytes(m.memTotalBytes());
    m.running().forEach(run -> out.addRunning(ModelWriter.run(run)));
    m.counters().forEach(each -> out.addCounters(MetricsCodec.write(each)));
    if (m.health().checkedMs() > 0) {
      out.setHealth(
          PbNodeHealth.newBuilder()
              .setFault(m.health().fault())
              .setCheckedMs(m.health().checkedMs()));
    }
    return out.build();
  }

  private static PbOutputChunk chunk(AgentMessage.OutputChunk m) {
    PbOutputChunk.Status status =
        switch (m.status()) {
          case OK -> PbOutputChunk.Status.OK;
          case NOT_FOUND -> PbOutputChunk.Status.NOT_FOUND;
          case REFUSED -> PbOutputChunk.Status.REFUSED;
        };
    return PbOutputChunk.newBuilder()
        .setRequestId(m.requestId())
        .setStatus(status)
        .setFileSize(m.fileSize())
        .setBytes(ModelWriter.bytes(m.bytes()))
        .setReason(m.reason())
        .build();
  }

  private static PbDesiredRun.Suspension suspension(Suspending wanted) {
    return switch (wanted) {
      case NONE -> PbDesiredRun.Suspension.NONE;
      case SUSPEND -> PbDesiredRun.Suspension.SUSPEND;
      case RESUME -> PbDesiredRun.Suspension.RESUME;
    };
  }

  private static PbDesiredSet desired(ServerMessage.DesiredSet m) {
    PbDesiredSet.Builder out =
        PbDesiredSet.newBuilder().setEpoch(m.epoch()).setVersion(m.version());
    for (ServerMessage.DesiredRun run : m.runs()) {
      out.addRuns(
          PbDesiredRun.newBuilder()
              .setRun(ModelWriter.run(run.run()))
              .setStop(run.stop())
              .setGraceMs(run.graceMs())
              .setSignedOrder(ModelWriter.bytes(run.signedOrder()))
              .setSignal(run.signal())
              .setSignalBatchOnly(run.signalBatchOnly())
              .setSuspension(suspension(run.suspension()))
              .setSuspensionAskedMs(run.suspensionAskedMs()));
    }
    return out.build();
  }
}
