package org.queqiao.contract.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.node.NodeHealth;
import org.queqiao.contract.wire.FromAgent;
import org.queqiao.contract.wire.FromServer;
import org.queqiao.contract.wire.PbDesiredRun;
import org.queqiao.contract.wire.PbDesiredSet;
import org.queqiao.contract.wire.PbEnrol;
import org.queqiao.contract.wire.PbHeartbeat;
import org.queqiao.contract.wire.PbHello;
import org.queqiao.contract.wire.PbOutputChunk;

/** Messages between server and agent, from their wire form. */
final class AgentReader {
  private AgentReader() {}

  static AgentMessage readFromAgent(byte[] bytes) {
    try {
      FromAgent in = FromAgent.parseFrom(bytes);
      return switch (in.getMessageCase()) {
        case HELLO -> hello(in.getHello());
        case HEARTBEAT -> heartbeat(in.getHeartbeat());
        case RUN_STARTED ->
            new AgentMessage.RunStartedReport(
                ModelReader.run(in.getRunStarted().getRun()), in.getRunStarted().getStartMs());
        case RUN_SUSPENDED ->
            new AgentMessage.RunSuspendedReport(
                ModelReader.run(in.getRunSuspended().getRun()),
                in.getRunSuspended().getSuspended(),
                in.getRunSuspended().getAtMs(),
                in.getRunSuspended().getAskedMs());
        case BRIDGE_HELLO -> BridgeCodec.read(in.getBridgeHello());
        case OBSERVED_RUNS -> BridgeCodec.read(in.getObservedRuns());
        case RUN_METRICS ->
            new AgentMessage.RunMetricsReport(
                MetricsCodec.read(in.getRunMetrics()),
                in.getRunMetrics().getSeries().toByteArray());
        case RUN_SAMPLES ->
            new AgentMessage.RunSamplesReport(
                ModelReader.run(in.getRunSamples().getRun()),
                in.getRunSamples().getSeries().toByteArray());
        case RUN_ENDED -> new AgentMessage.RunEndedReport(ModelReader.exit(in.getRunEnded()));
        case DESIRED_SET_APPLIED ->
            new AgentMessage.DesiredSetApplied(
                in.getDesiredSetApplied().getEpoch(), in.getDesiredSetApplied().getVersion());
        case STEP_REQUEST -> StepMessages.read(in.getStepRequest());
        case STEP_ENDED -> StepMessages.read(in.getStepEnded());
        case STEPS_WANTED ->
            new AgentMessage.StepsWanted(ModelReader.run(in.getStepsWanted().getRun()));
        case CHECKPOINT_REQUEST -> StepMessages.read(in.getCheckpointRequest());
        case OUTPUT_CHUNK -> chunk(in.getOutputChunk());
        case ENROL -> enrol(in.getEnrol());
        case RENEW -> new AgentMessage.Renew(in.getRenew().getSigningRequest().toByteArray());
        case MESSAGE_NOT_SET -> throw ModelReader.unknown("message of an agent");
      };
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new MalformedRecordException("not a message of an agent: " + e.getMessage(), e);
    }
  }

  static ServerMessage readFromServer(byte[] bytes) {
    try {
      FromServer in = FromServer.parseFrom(bytes);
      return switch (in.getMessageCase()) {
        case WELCOME ->
            new ServerMessage.Welcome(in.getWelcome().getProtocol(), in.getWelcome().getEpoch());
        case BRIDGE_WELCOME -> BridgeCodec.read(in.getBridgeWelcome());
        case RUNS_RECORDED -> BridgeCodec.read(in.getRunsRecorded());
        case REFUSED -> new ServerMessage.Refused(in.getRefused().getReason());
        case DESIRED_SET -> desired(in.getDesiredSet());
        case EXITS_ACKNOWLEDGED ->
            new ServerMessage.ExitsAcknowledged(
                ModelReader.list(in.getExitsAcknowledged().getRunsList(), ModelReader::run),
                in.getExitsAcknowledged().getPosition(),
                in.getExitsAcknowledged().getHeard());
        case METRICS_STORED ->
            new ServerMessage.MetricsStored(
                ModelReader.list(in.getMetricsStored().getRunsList(), ModelReader::run));
        case READ_OUTPUT ->
            new ServerMessage.ReadOutput(
                in.getReadOutput().getRequestId(),
                in.getReadOutput().getSignedOrder().toByteArray());
        case STEP_ANSWER -> StepMessages.read(in.getStepAnswer());
        case STEP_ORDER ->
            new ServerMessage.StepOrder(
                ModelReader.run(in.getStepOrder().getRun()),
                in.getStepOrder().getSignedOrder().toByteArray());
        case HOST_WANTED ->
            new ServerMessage.HostWanted(ModelReader.run(in.getHostWanted().getRun()));
        case CHECKPOINT_ANSWER -> StepMessages.read(in.getCheckpointAnswer());
        case CERTIFIED ->
            new ServerMessage.Certified(
                in.getCertified().getCertificate().toByteArray(),
                in.getCertified().getAuthority().toByteArray());
        case MESSAGE_NOT_SET -> throw ModelReader.unknown("message of the server");
      };
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new MalformedRecordException("not a message of the server: " + e.getMessage(), e);
    }
  }

  private static AgentMessage.Hello hello(PbHello m) {
    return new AgentMessage.Hello(
        m.getProtocolMin(),
        m.getProtocolMax(),
        ModelReader.facts(m.getFacts()),
        m.getHighestEpoch(),
        ModelReader.list(m.getRunningList(), ModelReader::run),
        ModelReader.list(m.getEndedList(), ModelReader::exit),
        m.getJobSocket());
  }

  private static AgentMessage.Heartbeat heartbeat(PbHeartbeat m) {
    return new AgentMessage.Heartbeat(
        m.getSeq(),
        m.getLoad1Milli(),
        m.getCpuBusyUs(),
        m.getMemUsedBytes(),
        m.getMemTotalBytes(),
        ModelReader.list(m.getRunningList(), ModelReader::run),
        MetricsCodec.read(m.getCountersList()),
        m.hasHealth()
            ? new NodeHealth(m.getHealth().getFault(), m.getHealth().getCheckedMs())
            : NodeHealth.UNKNOWN);
  }

  private static AgentMessage.OutputChunk chunk(PbOutputChunk m) {
    AgentMessage.ReadStatus status =
        switch (m.getStatus()) {
          case OK -> AgentMessage.ReadStatus.OK;
          case NOT_FOUND -> AgentMessage.ReadStatus.NOT_FOUND;
          case REFUSED -> AgentMessage.ReadStatus.REFUSED;
          case STATUS_UNSPECIFIED, UNRECOGNIZED -> throw ModelReader.unknown("status of a read");
        };
    return new AgentMessage.OutputChunk(
        m.getRequestId(), status, m.getFileSize(), m.getBytes().toByteArray(), m.getReason());
  }

  private static AgentMessage.Enrol enrol(PbEnrol m) {
    return new AgentMessage.Enrol(
        m.getProtocolMin(),
        m.getProtocolMax(),
        new NodeName(m.getNode()),
        m.getCode(),
        m.getSigningRequest().toByteArray());
  }

  private static ServerMessage.DesiredSet desired(PbDesiredSet m) {
    return new ServerMessage.DesiredSet(
        m.getEpoch(),
        m.getVersion(),
        ModelReader.list(
            m.getRunsList(),
            run ->
                new ServerMessage.DesiredRun(
                    ModelReader.run(run.getRun()),
                    run.getStop(),
                    run.getGraceMs(),
                    run.getSignedOrder().toByteArray(),
                    run.getSignal(),
                    run.getSignalBatchOnly(),
                    suspension(run.getSuspension()),
                    run.getSuspensionAskedMs())));
  }

  private static Suspending suspension(PbDesiredRun.Suspension wanted) {
    return switch (wanted) {
      case NONE -> Suspending.NONE;
      case SUSPEND -> Suspending.SUSPEND;
      case RESUME -> Suspending.RESUME;
      case UNRECOGNIZED -> throw ModelReader.unknown("suspension");
    };
  }
}
