package org.queqiao.eventlog.memory;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.SplittableRandom;

/**
 * A file as two images: what programs read, and what is on the platter, with the changes that lead
 * from one to the other.
 */
final class MemoryFile {
  private static final int SECTOR_BYTES = 512;
  private static final int MOST_UNFORCED_CHANGES = 128;

  private final Image seen = new Image();
  private final Image durable = new Image();
  private final ArrayDeque<Change> unforced = new ArrayDeque<>();

  int size() {
    return seen.length;
  }

  byte[] bytes() {
    return Arrays.copyOf(seen.bytes, seen.length);
  }

  int read(byte[] target, int targetOffset, int length, long offset) {
    int count = (int) Math.min(length, seen.length - offset);
    System.arraycopy(seen.bytes, (int) offset, target, targetOffset, count);
    return count;
  }

  void write(byte[] bytes, int offset) {
    Change.Write change = new Change.Write(offset, bytes);
    seen.apply(change);
    remember(change);
  }

  void truncate(int size) {
    if (size < seen.length) {
      Change.Truncate change = new Change.Truncate(size);
      seen.apply(change);
      remember(change);
    }
  }

  void force() {
    unforced.forEach(durable::apply);
    unforced.clear();
  }

  /** What a failed force does: the pages count as clean from now on and never reach the platter. */
  void forgetUnforced() {
    unforced.clear();
  }

  void flipBit(int offset, int bit) {
    seen.bytes[offset] ^= (byte) (1 << bit);
    if (offset < durable.length) {
      durable.bytes[offset] ^= (byte) (1 << bit);
    }
  }

  /** Kernels write back in time what nobody forces; so nothing here grows without bound. */
  private void remember(Change change) {
    unforced.add(change);
    if (unforced.size() > MOST_UNFORCED_CHANGES) {
      durable.apply(unforced.removeFirst());
    }
  }

  /** Becomes what a machine finds after it died in that way. */
  void crash(Crash crash) {
    switch (crash) {
      case Crash.Process process -> {
        return;
      }
      case Crash.PowerLoss powerLoss -> {}
      case Crash.Torn torn -> keepPrefix(torn.keptBytes());
      case Crash.Scattered scattered -> keepSectors(scattered.random());
    }
    unforced.clear();
    seen.become(durable);
  }

  private void keepPrefix(long keptBytes) {
    long left = keptBytes;
    for (Change change : unforced) {
      switch (change) {
        case Change.Truncate truncate -> durable.apply(truncate);
        case Change.Write write -> {
          int count = (int) Math.min(left, write.bytes().length);
          durable.apply(new Change.Write(write.offset(), Arrays.copyOf(write.bytes(), count)));
          left -= count;
          if (count < write.bytes().length) {
            return;
          }
        }
      }
    }
  }

  /**
   * Each sector becomes one of the images that it had since the last force, and the file gets one
   * of the lengths that it had.
   */
  private void keepSectors(SplittableRandom random) {
    if (unforced.isEmpty()) {
      return;
    }
    int changes = unforced.size();
    Image image = new Image();
    image.become(durable);
    int sectors = (Math.max(seen.length, longestUnforced()) + SECTOR_BYTES - 1) / SECTOR_BYTES;
    int[] keptChanges = new int[sectors];
    for (int sector = 0; sector < sectors; sector++) {
      keptChanges[sector] = random.nextInt(changes + 1);
    }
    Image result = new Image();
    Iterator<Change> next = unforced.iterator();
    for (int kept = 0; kept <= changes; kept++) {
      if (kept > 0) {
        image.apply(next.next());
      }
      for (int sector = 0; sector < sectors; sector++) {
        if (keptChanges[sector] == kept) {
          int from = sector * SECTOR_BYTES;
          int to = Math.min(image.length, from + SECTOR_BYTES);
          if (from < to) {
            result.apply(new Change.Write(from, Arrays.copyOfRange(image.bytes, from, to)));
          }
        }
      }
    }
    durable.become(result);
  }

  private int longestUnforced() {
    int longest = durable.length;
    for (Change change : unforced) {
      if (change instanceof Change.Write write) {
        longest = Math.max(longest, write.offset() + write.bytes().length);
      }
    }
    return longest;
  }

  /** One change of content. */
  private sealed interface Change {
    @SuppressWarnings("ArrayRecordComponent")
    record Write(int offset, byte[] bytes) implements Change {}

    record Truncate(int size) implements Change {}
  }

  /** Content with room to grow. */
  private static final class Image {
    private byte[] bytes = new byte[64];
    private int length;

    void apply(Change change) {
      switch (change) {
        case Change.Write write -> {
          int end = Math.addExact(write.offset(), write.bytes().length);
          if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(1L << 30, 2L * end)));
          }
          System.arraycopy(write.bytes(), 0, bytes, write.offset(), write.bytes().length);
          length = Math.max(length, end);
        }
        case Change.Truncate truncate -> {
          if (truncate.size() < length) {
            Arrays.fill(bytes, truncate.size(), length, (byte) 0);
            length = truncate.size();
          }
        }
      }
    }

    void become(Image other) {
      bytes = other.bytes.clone();
      length = other.length;
    }
  }
}
