package org.queqiao.eventlog.tool;

import org.queqiao.eventlog.LogEntry;

/** Turns a payload into text for people. */
@FunctionalInterface
public interface PayloadRenderer {
  /** The payload of an entry, on one line. */
  String render(LogEntry entry);
}
