package org.queqiao.contract.codec;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.wire.PbCheckpointAnswer;
import org.queqiao.contract.wire.PbCheckpointRequest;
import org.queqiao.contract.wire.PbHostWanted;
import org.queqiao.contract.wire.PbStepAnswer;
import org.queqiao.contract.wire.PbStepEndedReport;
import org.queqiao.contract.wire.PbStepOrder;
import org.queqiao.contract.wire.PbStepRequest;
import org.queqiao.contract.wire.PbStepsWanted;

/** What server and agent say about steps, to and from its wire form. */
final class StepMessages {
  private StepMessages() {}

  static PbStepRequest write(AgentMessage.StepRequest m) {
    PbStepRequest.Builder out =
        PbStepRequest.newBuilder()
            .setRequestId(m.requestId())
            .setRun(ModelWriter.run(m.run()))
            .setUid(m.uid())
            .setName(m.name())
            .setTasks(m.tasks())
            .setAddress(m.address())
            .setPort(m.port());
    m.nodes().forEach(node -> out.addNodes(node.value()));
    return out.build();
  }

  static AgentMessage.StepRequest read(PbStepRequest m) {
    return new AgentMessage.StepRequest(
        m.getRequestId(),
        ModelReader.run(m.getRun()),
        m.getUid(),
        m.getName(),
        m.getTasks(),
        ModelReader.list(m.getNodesList(), NodeName::new),
        m.getAddress(),
        m.getPort());
  }

  static PbStepEndedReport write(AgentMessage.StepEndedReport m) {
    return PbStepEndedReport.newBuilder()
        .setRun(ModelWriter.run(m.run()))
        .setStep(m.step())
        .setExitCode(m.exitCode())
        .build();
  }

  static AgentMessage.StepEndedReport read(PbStepEndedReport m) {
    return new AgentMessage.StepEndedReport(
        ModelReader.run(m.getRun()), m.getStep(), m.getExitCode());
  }

  static PbStepsWanted write(AgentMessage.StepsWanted m) {
    return PbStepsWanted.newBuilder().setRun(ModelWriter.run(m.run())).build();
  }

  static PbStepAnswer write(ServerMessage.StepAnswer m) {
    PbStepAnswer.Builder out =
        PbStepAnswer.newBuilder()
            .setRequestId(m.requestId())
            .setRefusal(m.refusal())
            .setStep(m.step())
            .setKey(ModelWriter.bytes(m.key()));
    for (ServerMessage.StepNode node : m.nodes()) {
      out.addNodes(
          PbStepAnswer.Node.newBuilder()
              .setName(node.name().value())
              .setAddress(node.address())
              .addAllCores(node.cores()));
    }
    return out.build();
  }

  static ServerMessage.StepAnswer read(PbStepAnswer m) {
    return new ServerMessage.StepAnswer(
        m.getRequestId(),
        m.getRefusal(),
        m.getStep(),
        m.getKey().toByteArray(),
        ModelReader.list(
            m.getNodesList(),
            node ->
                new ServerMessage.StepNode(
                    new NodeName(node.getName()), node.getAddress(), node.getCoresList())));
  }

  static PbStepOrder write(ServerMessage.StepOrder m) {
    return PbStepOrder.newBuilder()
        .setRun(ModelWriter.run(m.run()))
        .setSignedOrder(ModelWriter.bytes(m.signedOrder()))
        .build();
  }

  static PbHostWanted write(ServerMessage.HostWanted m) {
    return PbHostWanted.newBuilder().setRun(ModelWriter.run(m.run())).build();
  }

  static PbCheckpointRequest write(AgentMessage.CheckpointRequest m) {
    return PbCheckpointRequest.newBuilder()
        .setRequestId(m.requestId())
        .setRun(ModelWriter.run(m.run()))
        .setUid(m.uid())
        .build();
  }

  static AgentMessage.CheckpointRequest read(PbCheckpointRequest m) {
    return new AgentMessage.CheckpointRequest(
        m.getRequestId(), ModelReader.run(m.getRun()), m.getUid());
  }

  static PbCheckpointAnswer write(ServerMessage.CheckpointAnswer m) {
    return PbCheckpointAnswer.newBuilder()
        .setRequestId(m.requestId())
        .setRefusal(m.refusal())
        .build();
  }

  static ServerMessage.CheckpointAnswer read(PbCheckpointAnswer m) {
    return new ServerMessage.CheckpointAnswer(m.getRequestId(), m.getRefusal());
  }
}
