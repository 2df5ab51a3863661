package org.queqiao.server.gateway;

import io.vertx.core.net.NetSocket;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.server.pki.Pki;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a connection without a certificate that asks for one, and closes it. */
final class Enrolling {
  private static final Logger LOG = LoggerFactory.getLogger(Enrolling.class);

  private Enrolling() {}

  static void begin(AgentGateway gateway, NodeConnection connection, AgentMessage.Enrol m) {
    gateway.blocking(
        () -> gateway.pki().enrol(m.node(), m.code(), m.signingRequest()),
        certified -> {
          gateway.counters().enrolled.increment();
          LOG.info("node enrolled node={} remote={}", m.node(), connection.remote());
          // Whoever held the node's former key is no longer this node.
          gateway.disconnect(m.node());
          connection.write(certified).onComplete(written -> connection.close());
        },
        failure -> {
          gateway.counters().enrolmentsRefused.increment();
          LOG.warn(
              "enrolment refused node={} remote={} reason={}",
              m.node(),
              connection.remote(),
              failure.getMessage());
          connection.refuse(
              failure instanceof Pki.RefusedException
                  ? failure.getMessage()
                  : "the server cannot enrol a node now");
        });
  }

  /** The certificate of the other end, if it has shown one. */
  static Optional<X509Certificate> certificate(NetSocket socket) {
    try {
      return socket.sslSession().getPeerCertificates()[0] instanceof X509Certificate found
          ? Optional.of(found)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }
}
