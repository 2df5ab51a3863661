package org.queqiao.eventlog.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.LogInUse;
import org.queqiao.eventlog.SnapshotStore;
import org.queqiao.eventlog.StaleEpoch;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskLock;

/**
 * A log in segments on a disk.
 *
 * <p>One writer, fenced twice: the disk's lock keeps a second process out, and the epoch, claimed
 * in the chain itself, tells every entry which life of which writer it comes from.
 */
public final class SegmentedLog implements EventLog {
  private static final String LOCK_NAME = "log.lock";
  private static final int MOST_WRITER_BYTES = 200;

  private final Disk disk;
  private final DiskLock lock;
  private final KillPoints killPoints;
  private final SpaceGuard space;
  private final PositionIndex index;
  private final Tail tail;
  private final SnapshotFiles snapshots;
  private long claimedEpoch;
  private volatile Throwable fault;
  private boolean closed;

  private SegmentedLog(
      Disk disk, Disk snapshotDisk, DiskLock lock, LogSettings settings, Tail.Opened opened)
      throws IOException {
    this.disk = disk;
    this.lock = lock;
    this.killPoints = settings.killPoints();
    this.space = new SpaceGuard(disk, settings);
    space.open();
    this.index = opened.index();
    this.tail = new Tail(disk, lock, settings, space, opened);
    this.snapshots = new SnapshotFiles(snapshotDisk, settings, this);
  }

  /**
   * Opens a log for writing, creating it where there is none, after checking every byte of it.
   *
   * @param snapshotDisk may be another disk: a full one then costs snapshots, not the log
   * @throws org.queqiao.eventlog.CorruptLog when something that was durable is not whole
   * @throws LogInUse when another process holds it
   * @throws LogFault when the disk fails
   */
  public static SegmentedLog open(Disk disk, Disk snapshotDisk, LogSettings settings) {
    DiskLock lock = null;
    SegmentedLog log = null;
    try {
      lock = lock(disk);
      Tail.Opened opened = new Recovery(disk, settings).run();
      log = new SegmentedLog(disk, snapshotDisk, lock, settings, opened);
      return log;
    } catch (IOException failure) {
      throw new LogFault("cannot open the log " + disk.describe("."), failure);
    } finally {
      if (log == null && lock != null) {
        lock.close();
      }
    }
  }

  private static DiskLock lock(Disk disk) throws IOException {
    var lock = disk.tryLock(LOCK_NAME);
    if (lock.isEmpty()) {
      throw new LogInUse(
          "the log "
              + disk.describe(LOCK_NAME)
              + " is held by process "
              + disk.lockHolder(LOCK_NAME)
              + "; a log has one writer");
    }
    return lock.get();
  }

  @Override
  public LogHead head() {
    failIfFaulted();
    return tail.chain().head();
  }

  @Override
  public long durablePosition() {
    failIfFaulted();
    return tail.durableEnd().position();
  }

  @Override
  public long claimEpoch(String writer) {
    byte[] name = writer.getBytes(UTF_8);
    if (name.length > MOST_WRITER_BYTES) {
      throw new IllegalArgumentException(
          "a writer's name has at most " + MOST_WRITER_BYTES + " bytes, not " + name.length);
    }
    return writing(
        "claim an epoch of",
        () -> {
          killPoints.reach(KillPoint.BEFORE_EPOCH_CLAIM);
          Chain chain = tail.chain();
          long epoch = Math.addExact(chain.epoch(), 1);
          tail.append(FrameFormat.CLAIM, chain.position(), epoch, chain.timeMs(), name);
          tail.sync();
          claimedEpoch = epoch;
          killPoints.reach(KillPoint.AFTER_EPOCH_CLAIM);
          return epoch;
        });
  }

  @Override
  public long append(long timeMs, byte[] payload) {
    if (payload.length > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a payload has at most " + MAX_PAYLOAD_BYTES + " bytes, not " + payload.length);
    }
    failIfFaulted();
    Chain chain = tail.chain();
    if (timeMs < chain.timeMs()) {
      throw new IllegalArgumentException(
          "time " + timeMs + " ms is before " + chain.timeMs() + " ms of the entry before");
    }
    if (claimedEpoch == 0) {
      throw new StaleEpoch("this writer has claimed no epoch");
    }
    return writing(
        "append to",
        () -> {
          killPoints.reach(KillPoint.BEFORE_APPEND);
          long position = Math.addExact(chain.position(), 1);
          tail.append(FrameFormat.ENTRY, position, claimedEpoch, timeMs, payload);
          return position;
        });
  }

  @Override
  public void sync() {
    writing(
        "sync",
        () -> {
          tail.sync();
          return 0L;
        });
  }

  @Override
  public LogCursor read(long fromPosition) {
    if (fromPosition < 1) {
      throw new IllegalArgumentException("positions count from 1, not " + fromPosition);
    }
    failIfFaulted();
    return cursor(fromPosition);
  }

  @Override
  public boolean acceptsNewWork() {
    failIfFaulted();
    try {
      return space.acceptsNewWork();
    } catch (IOException failure) {
      return false;
    }
  }

  @Override
  public SnapshotStore snapshots() {
    return snapshots;
  }

  /** The head hash at a durable position. */
  byte[] hashAt(long position) {
    if (position == 0) {
      return LogHead.empty().hash();
    }
    try (DiskCursor cursor = cursor(position)) {
      Frame frame = cursor.nextEntryFrame();
      if (frame == null || frame.position() != position) {
        throw new IllegalArgumentException("position " + position + " is not durable");
      }
      return frame.hash();
    }
  }

  void failIfNotHeld() {
    failIfFaulted();
    if (!lock.isHeld()) {
      throw new StaleEpoch("another writer has taken over the log");
    }
  }

  void failIfFaulted() {
    Throwable failure = fault;
    if (failure != null) {
      throw new LogFault("the log failed before and is not used again", failure);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (fault == null) {
      fault = new IllegalStateException("the log is closed");
    }
    try (lock) {
      tail.close();
    } catch (IOException unreported) {
      // Only the mark is forced here, and it may be behind the log.
    }
  }

  private DiskCursor cursor(long fromPosition) {
    return new DiskCursor(disk, tail::durableEnd, index.startFor(fromPosition), fromPosition);
  }

  private long writing(String what, Writing step) {
    failIfFaulted();
    try {
      return step.run();
    } catch (StorageFull | StaleEpoch refusal) {
      throw refusal;
    } catch (IOException failure) {
      fault = failure;
      throw new LogFault("cannot " + what + " the log " + disk.describe("."), failure);
    } catch (RuntimeException | Error failure) {
      fault = failure;
      throw failure;
    }
  }

  /** A step that changes the log. */
  @FunctionalInterface
  private interface Writing {
    long run() throws IOException;
  }
}
