package org.queqiao.eventlog;

/** The kill points of the log, each with the name that a test asks for. */
public enum KillPoint {
  /** Nothing of the entry is in the log's buffer yet. */
  BEFORE_APPEND("log.before-append", Place.LOG),
  /** Everything is written to the file, nothing forced. */
  AFTER_APPEND_BEFORE_SYNC("log.after-append-before-sync", Place.LOG),
  /** The first half of the batch's bytes is written. */
  AFTER_PARTIAL_APPEND("log.after-partial-append", Place.LOG),
  /** The batch is forced; the durable mark does not say so yet. */
  AFTER_SYNC_BEFORE_MARK("log.after-sync-before-mark", Place.LOG),
  /** A standby or a replay has a durable entry in hand and has not applied it. */
  AFTER_SYNC_BEFORE_APPLY("log.after-sync-before-apply", Place.RUNTIME),
  /** The state has changed, the reply or effect has not left. */
  AFTER_APPLY_BEFORE_EFFECT("log.after-apply-before-effect", Place.RUNTIME),
  SNAPSHOT_BEFORE_WRITE("log.snapshot-before-write", Place.LOG),
  SNAPSHOT_AFTER_WRITE_BEFORE_SYNC("log.snapshot-after-write-before-sync", Place.LOG),
  SNAPSHOT_BEFORE_RENAME("log.snapshot-before-rename", Place.LOG),
  SNAPSHOT_AFTER_RENAME_BEFORE_DIRECTORY_SYNC(
      "log.snapshot-after-rename-before-directory-sync", Place.LOG),
  /** The old segment is whole and forced, the new one does not exist. */
  SEGMENT_ROLL("log.segment-roll", Place.LOG),
  /** The new segment has its name, the folder is not forced. */
  SEGMENT_ROLL_AFTER_RENAME_BEFORE_DIRECTORY_SYNC(
      "log.segment-roll-after-rename-before-directory-sync", Place.LOG),
  /** A torn tail was found and is about to be cut. */
  BEFORE_TRUNCATE("log.before-truncate", Place.LOG),
  /** The tail is cut, the file is not forced. */
  AFTER_TRUNCATE_BEFORE_SYNC("log.after-truncate-before-sync", Place.LOG),
  BEFORE_EPOCH_CLAIM("log.before-epoch-claim", Place.LOG),
  /** The claim is durable and its writer has appended nothing. */
  AFTER_EPOCH_CLAIM("log.after-epoch-claim", Place.LOG);

  /** Which code reaches a point. */
  public enum Place {
    /** The store itself. */
    LOG,
    /** The loop that owns the store: the log cannot see applies and effects. */
    RUNTIME
  }

  private final String pointName;
  private final Place place;

  KillPoint(String pointName, Place place) {
    this.pointName = pointName;
    this.place = place;
  }

  /** The name given to {@link KillPoints#reach(String)}. */
  public String pointName() {
    return pointName;
  }

  /** Which code reaches this point. */
  public Place place() {
    return place;
  }
}
