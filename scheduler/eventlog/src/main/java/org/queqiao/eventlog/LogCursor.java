package org.queqiao.eventlog;

import java.io.Closeable;

/**
 * Reads durable entries in order. A cursor belongs to one thread; different threads use different
 * cursors.
 */
public interface LogCursor extends Closeable {

  /**
   * The next durable entry, or null at the durable end; a later call sees what became durable
   * since.
   *
   * @throws CorruptLog when checksum, chain or order of the next entry is wrong
   */
  LogEntry next();

  /** Position of the entry that {@link #next()} looks for. */
  long nextPosition();

  /** Releases the open file; never fails. */
  @Override
  void close();
}
