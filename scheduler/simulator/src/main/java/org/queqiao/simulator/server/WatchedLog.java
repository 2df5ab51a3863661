package org.queqiao.simulator.server;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.SnapshotStore;

/** A log whose writes are seen: what this life wrote, and whether a write has failed. */
public final class WatchedLog implements EventLog {
  private final EventLog log;
  private final List<Written> written = new ArrayList<>();
  private long epoch;
  private boolean failed;

  /** What this life appended. */
  public record Written(long position, long epoch, byte[] payload) {}

  WatchedLog(EventLog log) {
    this.log = log;
  }

  /** Everything that this life appended. */
  public List<Written> written() {
    return written;
  }

  /** Whether a write or sync has failed. */
  public boolean failed() {
    return failed;
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
    epoch = log.claimEpoch(writer);
    return epoch;
  }

  @Override
  public long append(long timeMs, byte[] payload) {
    try {
      long position = log.append(timeMs, payload);
      written.add(new Written(position, epoch, payload.clone()));
      return position;
    } catch (LogFault fault) {
      failed = true;
      throw fault;
    }
  }

  @Override
  public void sync() {
    try {
      log.sync();
    } catch (LogFault fault) {
      failed = true;
      throw fault;
    }
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
