package org.queqiao.simulator.server;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogFault;

/** A log whose writes are seen: what this life wrote, and whether a write has failed. */
public final class WatchedLog extends ForwardingLog {
  private final List<Written> written = new ArrayList<>();
  private long epoch;
  private boolean failed;

  /** What this life appended. */
  public record Written(long position, long epoch, byte[] payload) {}

  WatchedLog(EventLog log) {
    super(log);
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
  public long claimEpoch(String writer) {
    epoch = super.claimEpoch(writer);
    return epoch;
  }

  @Override
  public long append(long timeMs, byte[] payload) {
    try {
      long position = super.append(timeMs, payload);
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
      super.sync();
    } catch (LogFault fault) {
      failed = true;
      throw fault;
    }
  }
}
