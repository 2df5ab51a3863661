package org.queqiao.contract.codec;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.wire.PbBridgeHello;
import org.queqiao.contract.wire.PbBridgeWelcome;
import org.queqiao.contract.wire.PbObservedRuns;
import org.queqiao.contract.wire.PbRunsRecorded;

/** What bridges and the server say to each other, to and from its wire form. */
final class BridgeCodec {
  private BridgeCodec() {}

  static PbBridgeHello write(AgentMessage.BridgeHello m) {
    return PbBridgeHello.newBuilder()
        .setProtocolMin(m.protocolMin())
        .setProtocolMax(m.protocolMax())
        .setCluster(m.cluster().value())
        .setVersion(m.version())
        .build();
  }

  static AgentMessage.BridgeHello read(PbBridgeHello in) {
    return new AgentMessage.BridgeHello(
        in.getProtocolMin(),
        in.getProtocolMax(),
        new ClusterName(in.getCluster()),
        in.getVersion());
  }

  static PbObservedRuns write(AgentMessage.ObservedRuns m) {
    PbObservedRuns.Builder out =
        PbObservedRuns.newBuilder()
            .setBatch(m.batch())
            .setCompleteMs(m.completeMs())
            .setNowMs(m.nowMs());
    if (m.now() != null) {
      out.setNow(ClusterNowCodec.write(m.now()));
    }
    m.runs().forEach(each -> out.addRuns(ObservedCodec.write(each)));
    return out.build();
  }

  static AgentMessage.ObservedRuns read(PbObservedRuns in) {
    return new AgentMessage.ObservedRuns(
        in.getBatch(),
        ModelReader.list(in.getRunsList(), ObservedCodec::read),
        in.getCompleteMs(),
        in.hasNow() ? ClusterNowCodec.read(in.getNow()) : null,
        in.getNowMs());
  }

  static PbBridgeWelcome write(ServerMessage.BridgeWelcome m) {
    return PbBridgeWelcome.newBuilder()
        .setProtocol(m.protocol())
        .setCompleteMs(m.completeMs())
        .build();
  }

  static ServerMessage.BridgeWelcome read(PbBridgeWelcome in) {
    return new ServerMessage.BridgeWelcome(in.getProtocol(), in.getCompleteMs());
  }

  static PbRunsRecorded write(ServerMessage.RunsRecorded m) {
    return PbRunsRecorded.newBuilder()
        .setBatch(m.batch())
        .setRecorded(m.recorded())
        .setKnown(m.known())
        .setTooOld(m.tooOld())
        .setCompleteMs(m.completeMs())
        .build();
  }

  static ServerMessage.RunsRecorded read(PbRunsRecorded in) {
    return new ServerMessage.RunsRecorded(
        in.getBatch(), in.getRecorded(), in.getKnown(), in.getTooOld(), in.getCompleteMs());
  }
}
