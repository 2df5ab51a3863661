package org.queqiao.simulator;

import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.codec.EventCodec.ActedEvent;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.SnapshotStore;

/**
 * A log that stores something else than it is given: the bug of a machine, planted from outside.
 */
class RewritingLog implements EventLog {
  private final EventLog log;

  RewritingLog(EventLog log) {
    this.log = log;
  }

  /** The fact that is stored instead. */
  ActedEvent rewrite(ActedEvent fact) {
    return fact;
  }

  @Override
  public long append(long timeMs, byte[] payload) {
    ActedEvent instead = rewrite(EventCodec.decode(payload));
    return log.append(timeMs, EventCodec.encode(instead.actor(), instead.event()));
  }

  @Override
  public void sync() {
    log.sync();
  }

  @Override
  public LogHead head() {
    return log.head();
  }

  @Override
  public long durablePosition() {
    return log.durablePosition();
  }

  @Override
  public long claimEpoch(String writer) {
    return log.claimEpoch(writer);
  }

  @Override
  public LogCursor read(long fromPosition) {
    return log.read(fromPosition);
  }

  @Override
  public boolean acceptsNewWork() {
    return log.acceptsNewWork();
  }

  @Override
  public SnapshotStore snapshots() {
    return log.snapshots();
  }

  @Override
  public void close() {
    log.close();
  }
}
