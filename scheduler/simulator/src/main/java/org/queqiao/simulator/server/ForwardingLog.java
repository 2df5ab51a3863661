package org.queqiao.simulator.server;

import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.SnapshotStore;

/** A log that passes everything on to another; what it does differently, a subclass says. */
public abstract class ForwardingLog implements EventLog {
  private final EventLog log;

  protected ForwardingLog(EventLog log) {
    this.log = log;
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
  public long append(long timeMs, byte[] payload) {
    return log.append(timeMs, payload);
  }

  @Override
  public void sync() {
    log.sync();
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
