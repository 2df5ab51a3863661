package org.queqiao.runtime.tool;

import org.queqiao.contract.codec.FactText;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.runtime.recovery.RecoveryException;

/** Entries of a log as lines of JSON. */
final class EventLines {
  private EventLines() {}

  static String render(LogEntry entry) {
    try {
      return FactText.line(CommittedReader.decode(entry));
    } catch (RecoveryException unknown) {
      return "{\"unreadable\":" + FactText.quote(unknown.getMessage()) + "}";
    }
  }
}
