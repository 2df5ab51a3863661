package org.queqiao.eventlog;

import java.io.Closeable;

/**
 * An append-only log of facts with one writer and any number of readers.
 *
 * <p>{@code claimEpoch}, {@code append}, {@code sync} and {@code close} belong to the writer's
 * thread. {@code head}, {@code durablePosition}, {@code read}, {@code acceptsNewWork} and {@code
 * snapshots} may be called from any thread.
 *
 * <p>After a {@link LogFault}, and after any exception that is not {@link StorageFull}, {@link
 * StaleEpoch} or an {@link IllegalArgumentException}, every later call fails with a {@code
 * LogFault}: the process must end, and recovery at the next start finds out what became durable.
 */
public interface EventLog extends Closeable {
  /** Largest frame in bytes, header included. */
  int MAX_FRAME_BYTES = 16 * 1024 * 1024;

  /** Largest payload of one entry in bytes: a frame less a kilobyte for what surrounds it. */
  int MAX_PAYLOAD_BYTES = MAX_FRAME_BYTES - 1024;

  /** The last appended entry, durable or not. */
  LogHead head();

  /** Position of the last durable entry; 0 when there is none. */
  long durablePosition();

  /**
   * Becomes the one writer: raises the epoch by one by compare-and-set. The claim, and everything
   * appended before it, is durable when this returns.
   *
   * @param writer who claims, for people to read: at most 200 bytes of UTF-8
   * @return the new epoch, from 1
   * @throws StaleEpoch when another writer holds the log
   * @throws StorageFull when there is no room for the claim; nothing was written
   * @throws LogFault when a write or sync failed
   */
  long claimEpoch(String writer);

  /**
   * Adds an entry to what the next {@link #sync()} makes durable. Nothing may be acknowledged yet.
   *
   * @param timeMs logical time, not lower than that of the entry before
   * @param payload at most {@link #MAX_PAYLOAD_BYTES} bytes; copied before this returns
   * @return the position of the entry: one more than the last
   * @throws StorageFull when it would not fit; nothing was written and the log goes on
   * @throws StaleEpoch when this writer claimed no epoch, or another writer claimed a newer one
   * @throws LogFault when a write or sync failed
   * @throws IllegalArgumentException when the time runs backwards or the payload is too large;
   *     nothing was written and the log goes on
   */
  long append(long timeMs, byte[] payload);

  /**
   * Makes every appended entry durable: one force for all of them. With nothing appended it costs
   * no force and says whether this writer still holds the log.
   *
   * @throws LogFault when a write or the force failed; what became durable is unknown until the
   *     next start
   * @throws StaleEpoch when another writer took over; nothing of this batch becomes durable
   */
  void sync();

  /**
   * Reads durable entries from a position on.
   *
   * @param fromPosition from 1; may lie past the durable end, the cursor then waits there
   */
  LogCursor read(long fromPosition);

  /**
   * Whether there is room for work that nobody has been promised yet. False once free space falls
   * below the reserve: new submissions are refused (507), records of running jobs still fit. True
   * again when space returns.
   */
  boolean acceptsNewWork();

  /** The snapshots that belong to this log. */
  SnapshotStore snapshots();

  /** Releases the log without making anything durable that was not; never fails. */
  @Override
  void close();
}
