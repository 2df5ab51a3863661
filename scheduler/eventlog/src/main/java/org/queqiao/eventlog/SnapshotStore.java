package org.queqiao.eventlog;

import java.util.Optional;

/**
 * The few newest snapshots of the state. Losing all of them loses nothing but time: the log alone
 * rebuilds the state.
 */
public interface SnapshotStore {

  /**
   * Stores a snapshot durably, then drops the oldest ones beyond the number that is kept.
   *
   * <p>May run on any one thread at a time, also while the writer appends.
   *
   * @throws IllegalArgumentException when the position lies past the durable end of the log, or the
   *     log has another hash there
   * @throws StorageFull when there is no room; older snapshots and the log are untouched
   * @throws StaleEpoch when another writer took over
   * @throws LogFault when the log has failed before
   * @throws java.io.UncheckedIOException when the storage refuses for another reason; older
   *     snapshots and the log are untouched, the caller degrades to a longer replay
   */
  void write(Snapshot snapshot);

  /**
   * The newest snapshot that is whole; a damaged one is passed over for the one before it.
   *
   * @throws CorruptLog when a whole snapshot contradicts the log: it lies past the log's end or
   *     names another hash for its position, so the log has lost or changed its past
   */
  default Optional<Snapshot> newest() {
    return newestUpTo(Long.MAX_VALUE);
  }

  /**
   * The newest whole snapshot at or before a position.
   *
   * @throws CorruptLog as {@link #newest}
   */
  Optional<Snapshot> newestUpTo(long position);
}
