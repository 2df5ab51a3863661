package org.queqiao.eventlog.testkit;

import org.queqiao.eventlog.EventLog;

/** A place that holds one log, for a test to open, crash and fill. */
public interface LogStore extends AutoCloseable {

  /** Opens the log; the contract keeps at least two snapshots and a reserve above zero. */
  EventLog open();

  /** Ends the life of the process that opened the log, without a word to the log. */
  void crash();

  /** Bytes that the store says are free from now on. */
  void setFreeBytes(long bytes);

  /** The store says what is true again. */
  void freeSpaceReturns();

  @Override
  void close();
}
