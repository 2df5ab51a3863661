package org.queqiao.eventlog.tool;

import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.Snapshot;

/** What a log is replayed into. */
public interface ReplayTarget {
  /** Becomes the state of a snapshot; called at most once, before any entry. */
  void restore(Snapshot snapshot);

  /** Applies the next entry. */
  void apply(LogEntry entry);

  /** The state reached, as a person compares it with another replay's. */
  String digest();
}
