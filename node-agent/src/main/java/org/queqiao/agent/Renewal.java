package org.queqiao.agent;

import java.io.IOException;
import java.security.GeneralSecurityException;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;

/** Has the certificate of the node renewed, once on each connection until that is answered. */
final class Renewal {
  private final NodeIdentity identity;
  private boolean underWay;

  Renewal(NodeIdentity identity) {
    this.identity = identity;
  }

  /** A connection begins. */
  void begins() {
    underWay = false;
  }

  void askIfDue(ServerConnection server, long nowMs) throws IOException {
    if (underWay || !identity.renewalDue(nowMs)) {
      return;
    }
    underWay = true;
    try {
      server.send(new AgentMessage.Renew(identity.signingRequest()));
    } catch (GeneralSecurityException e) {
      AgentLog.warn("no request for a new certificate could be made: " + e.getMessage());
    }
  }

  void answered(ServerMessage.Certified message) {
    underWay = false;
    try {
      identity.renewed(message);
      AgentLog.info("the certificate is renewed");
    } catch (IOException | GeneralSecurityException e) {
      AgentLog.warn("the renewed certificate is of no use: " + e.getMessage());
    }
  }
}
