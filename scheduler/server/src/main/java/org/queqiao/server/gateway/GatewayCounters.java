package org.queqiao.server.gateway;

import java.util.concurrent.atomic.LongAdder;

/** Counts since the start of the process, for whoever watches. Read from any thread. */
public final class GatewayCounters {
  final LongAdder accepted = new LongAdder();
  final LongAdder handshakesRefused = new LongAdder();
  final LongAdder identitiesRefused = new LongAdder();
  final LongAdder framesRefused = new LongAdder();
  final LongAdder versionsRefused = new LongAdder();
  final LongAdder connectionsRefused = new LongAdder();
  final LongAdder enrolmentsRefused = new LongAdder();
  final LongAdder enrolled = new LongAdder();
  final LongAdder welcomed = new LongAdder();
  final LongAdder endsAcknowledged = new LongAdder();

  GatewayCounters() {}

  /** Connections within the bounds, each after its TLS handshake. */
  public long accepted() {
    return accepted.sum();
  }

  /** TLS handshakes that failed, such as with a certificate of another authority. */
  public long handshakesRefused() {
    return handshakesRefused.sum();
  }

  /** Connections whose certificate is revoked, or that claimed to be another node. */
  public long identitiesRefused() {
    return identitiesRefused.sum();
  }

  /** Connections closed for a frame that is too long, malformed, or out of place. */
  public long framesRefused() {
    return framesRefused.sum();
  }

  /** Agents that speak no version of the protocol that this server speaks. */
  public long versionsRefused() {
    return versionsRefused.sum();
  }

  /** Connections over the bounds. */
  public long connectionsRefused() {
    return connectionsRefused.sum();
  }

  /** Enrolments with a code that is wrong, used or over. */
  public long enrolmentsRefused() {
    return enrolmentsRefused.sum();
  }

  /** Nodes that got a certificate by a code. */
  public long enrolled() {
    return enrolled.sum();
  }

  /** Agents that were welcomed, again after each reconnection. */
  public long welcomed() {
    return welcomed.sum();
  }

  /** Ends of runs that were acknowledged to their nodes. */
  public long endsAcknowledged() {
    return endsAcknowledged.sum();
  }
}
