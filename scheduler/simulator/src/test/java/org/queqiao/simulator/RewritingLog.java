package org.queqiao.simulator;

import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.codec.EventCodec.ActedEvent;
import org.queqiao.eventlog.EventLog;
import org.queqiao.simulator.server.ForwardingLog;

/**
 * A log that stores something else than it is given: the bug of a machine, planted from outside.
 */
class RewritingLog extends ForwardingLog {
  RewritingLog(EventLog log) {
    super(log);
  }

  /** The fact that is stored instead. */
  ActedEvent rewrite(ActedEvent fact) {
    return fact;
  }

  @Override
  public long append(long timeMs, byte[] payload) {
    ActedEvent instead = rewrite(EventCodec.decode(payload));
    return super.append(
        timeMs, EventCodec.encode(instead.actor(), instead.reason(), instead.event()));
  }
}
