package org.queqiao.runtime.recovery;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;

/** Reads durable entries as facts. Belongs to one thread. */
public final class CommittedReader implements AutoCloseable {
  private final LogCursor cursor;

  public CommittedReader(EventLog log, long fromPosition) {
    this.cursor = log.read(fromPosition);
  }

  /**
   * The next fact, or null at the durable end; a later call sees what became durable since.
   *
   * @throws RecoveryException for an entry that this program cannot read
   */
  public LoggedEvent next() {
    LogEntry entry = cursor.next();
    return entry == null ? null : decode(entry);
  }

  /** Up to {@code max} facts; empty at the durable end. */
  public List<LoggedEvent> next(int max) {
    List<LoggedEvent> events = new ArrayList<>();
    while (events.size() < max) {
      LoggedEvent event = next();
      if (event == null) {
        break;
      }
      events.add(event);
    }
    return events;
  }

  /** Position of the fact that {@link #next()} looks for. */
  public long nextPosition() {
    return cursor.nextPosition();
  }

  @Override
  public void close() {
    cursor.close();
  }

  /**
   * An entry as a fact.
   *
   * @throws RecoveryException for an entry that this program cannot read
   */
  public static LoggedEvent decode(LogEntry entry) {
    try {
      EventCodec.ActedEvent acted = EventCodec.decode(entry.payload());
      return new LoggedEvent(
          entry.position(),
          entry.epoch(),
          entry.timeMs(),
          acted.actor(),
          acted.reason(),
          acted.event());
    } catch (MalformedRecordException unknown) {
      throw new RecoveryException(
          "the log entry at position "
              + entry.position()
              + " (epoch "
              + entry.epoch()
              + ") is no fact that this program knows: "
              + unknown.getMessage()
              + "; run the version that wrote it, or a newer one",
          unknown);
    }
  }
}
