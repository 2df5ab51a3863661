package org.queqiao.agent.session;

import java.io.IOException;
import java.security.GeneralSecurityException;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;

/** Turns a one-time code into a certificate. */
public final class Enrolment {
  private static final int SILENCE_MS = 15_000;

  private Enrolment() {}

  /** The server refused: the code is used, over, or not for this node. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason);
    }
  }

  /**
   * Asks the server that the code names, and keeps what it answers.
   *
   * @throws RefusedException when another attempt with this code is of no use
   * @throws IOException when the server was not reached
   */
  public static void enrol(NodeIdentity identity, EnrolmentCode code)
      throws IOException, GeneralSecurityException, RefusedException {
    try (FrameSocket socket =
        FrameSocket.connect(
            NodeIdentity.enrolmentContext(code), code.host(), code.port(), SILENCE_MS)) {
      byte[] frame =
          FrameSocket.frame(
              new AgentMessage.Enrol(
                  AgentFrame.PROTOCOL_MIN,
                  AgentFrame.PROTOCOL_MAX,
                  code.node(),
                  code.code(),
                  identity.signingRequest()));
      socket.write(frame, frame.length);
      switch (socket.read()) {
        case ServerMessage.Certified certified -> {
          identity.certified(certified, code.authorityFingerprint());
          identity.server(code.host() + ":" + code.port());
        }
        case ServerMessage.Refused refused -> throw new RefusedException(refused.reason());
        case ServerMessage.Welcome _,
            ServerMessage.DesiredSet _,
            ServerMessage.ExitsAcknowledged _,
            ServerMessage.ReadOutput _,
            ServerMessage.MetricsStored _,
            ServerMessage.BridgeWelcome _,
            ServerMessage.RunsRecorded _,
            ServerMessage.StepAnswer _,
            ServerMessage.StepOrder _,
            ServerMessage.HostWanted _,
            ServerMessage.CheckpointAnswer _ ->
            throw new IOException("the server answers an enrolment with something else");
      }
    }
  }
}
