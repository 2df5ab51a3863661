package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/**
 * Keeps room for what must still be written on a full disk: real blocks in a file of zeros, given
 * back to the disk when a write needs them. A threshold alone would not do, because other programs
 * use the same disk.
 */
final class SpaceGuard {
  static final String FILE_NAME = "reserve.zeros";

  /** What the file system may need besides the bytes themselves. */
  private static final long MARGIN_BYTES = 16 * 1024;

  private static final int CHUNK_BYTES = 1024 * 1024;

  private final Disk disk;
  private final FreeSpace freeSpace;
  private final long reserveBytes;
  private final long lowWaterBytes;
  private volatile boolean reserveHeld;
  private volatile long usableBytes;

  SpaceGuard(Disk disk, LogSettings settings) {
    this.disk = disk;
    this.freeSpace = settings.freeSpace();
    this.reserveBytes = settings.reserveBytes();
    this.lowWaterBytes = settings.lowWaterBytes();
  }

  /** Takes the reserve if there is room for it. */
  void open() throws IOException {
    reserveHeld = reserveBytes == 0 || isReserveWhole();
    probe();
    restoreReserve();
  }

  /**
   * Whether new work fits. While it does, the answer is that of the last sync; while it does not,
   * the disk is asked again, because nothing may be syncing any more.
   */
  boolean acceptsNewWork() throws IOException {
    if (reserveHeld && usableBytes >= lowWaterBytes) {
      return true;
    }
    probe();
    return usableBytes >= (reserveHeld ? lowWaterBytes : roomToRestore());
  }

  /** Whether so many bytes can be written, the reserve included. */
  boolean fits(long bytes) throws IOException {
    if (bytes + MARGIN_BYTES <= usableBytes) {
      return true;
    }
    probe();
    long givenBack = reserveHeld ? reserveBytes : 0;
    return bytes + MARGIN_BYTES <= usableBytes + givenBack;
  }

  /** Whether a write of so many bytes failed for want of room, as far as the disk says. */
  boolean isFullFor(long bytes) throws IOException {
    probe();
    return usableBytes < bytes + MARGIN_BYTES;
  }

  /** Accounts for bytes that were written. */
  void wrote(long bytes) {
    usableBytes = Math.max(0, usableBytes - bytes);
  }

  /** Asks the disk again and takes the reserve back when there is plenty of room. */
  void refresh() throws IOException {
    probe();
    restoreReserve();
  }

  /**
   * Gives the reserve back to the disk.
   *
   * @return whether there was one to give
   */
  boolean release() throws IOException {
    if (!reserveHeld || reserveBytes == 0) {
      return false;
    }
    reserveHeld = false;
    disk.delete(FILE_NAME);
    disk.forceNames();
    probe();
    return true;
  }

  /** Twice the low water, so that a disk at the threshold does not take and give in turn. */
  private long roomToRestore() {
    return reserveBytes + 2 * lowWaterBytes + MARGIN_BYTES;
  }

  private void probe() throws IOException {
    usableBytes = freeSpace.usableBytes(disk);
  }

  private boolean isReserveWhole() throws IOException {
    if (!disk.names().contains(FILE_NAME)) {
      return false;
    }
    try (DiskFile file = disk.open(FILE_NAME)) {
      return file.size() >= reserveBytes;
    }
  }

  private void restoreReserve() throws IOException {
    if (reserveHeld || usableBytes < roomToRestore()) {
      return;
    }
    try (DiskFile file = disk.create(FILE_NAME)) {
      ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, reserveBytes));
      for (long at = 0; at < reserveBytes; at += zeros.limit()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), reserveBytes - at));
        file.writeFully(zeros, at);
      }
      // Blocks are taken when the file is forced, not when it is written.
      file.force();
      reserveHeld = true;
    } catch (IOException noRoomAfterAll) {
      disk.delete(FILE_NAME);
    }
    probe();
  }
}
