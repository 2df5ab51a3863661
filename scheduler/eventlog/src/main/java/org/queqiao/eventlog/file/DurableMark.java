package org.queqiao.eventlog.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/**
 * A file beside the log that says how far the log is durable at least, so that what was durable and
 * is damaged is never taken for a torn tail.
 *
 * <p>Two slots, written in turn after each force and not forced themselves: the mark may be behind
 * the log, never ahead of it. It survives every death of the process; after a power failure it may
 * be a few seconds behind.
 *
 * <pre>
 *  0  magic      8  "QQDURABL"
 *  8  counter    8  the slot with the higher one counts
 * 16  segment    8  0: no segment yet
 * 24  offset     8  bytes of that segment that are durable
 * 32  position   8  of the last durable entry
 * 40  frameHash 32  of the last durable frame
 * 72  checksum   4  CRC-32C of bytes 0 to 71
 * </pre>
 *
 * Slots start at 0 and 512, so that no sector holds both; the other bytes are zero.
 */
final class DurableMark implements Closeable {
  static final String FILE_NAME = "durable.mark";
  private static final long MAGIC = 0x5151_4455_5241_424CL;
  private static final int SLOT_BYTES = 76;
  private static final int CHECKSUM_AT = SLOT_BYTES - 4;
  private static final int SLOT_DISTANCE = 512;
  private static final int FILE_BYTES = 2 * SLOT_DISTANCE;

  private final DiskFile file;
  private final ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
  private long counter;

  private DurableMark(DiskFile file, long counter) {
    this.file = file;
    this.counter = counter;
  }

  /** Makes the mark of a log that has no segment yet. */
  static void create(Disk disk) throws IOException {
    String temporary = FILE_NAME + SegmentFiles.TEMPORARY_SUFFIX;
    try (DiskFile file = disk.create(temporary)) {
      file.writeFully(ByteBuffer.allocate(FILE_BYTES), 0);
      DurableMark mark = new DurableMark(file, 0);
      Place nothing = new Place(0, 0, 0, new byte[LogHead.HASH_BYTES]);
      mark.write(nothing);
      mark.write(nothing);
      file.force();
    }
    disk.rename(temporary, FILE_NAME);
    disk.forceNames();
  }

  /** Opens the mark for writing, after {@link #read} found it good. */
  static DurableMark open(Disk disk, Reading reading) throws IOException {
    return new DurableMark(disk.open(FILE_NAME), reading.counter());
  }

  /** Says how far the log is durable now. */
  void write(Place place) throws IOException {
    counter++;
    slot.clear();
    slot.putLong(MAGIC).putLong(counter);
    slot.putLong(place.segment()).putLong(place.offset()).putLong(place.position());
    slot.put(place.frameHash());
    slot.putInt(Checksum.unsalted(slot.array(), 0, CHECKSUM_AT));
    slot.flip();
    // In one call or not at all: with a slot written in two steps, a power failure could leave the
    // halves of different times in one slot, and soon after in the other one too.
    int count = file.write(slot, counter % 2 == 0 ? 0 : SLOT_DISTANCE);
    if (count != SLOT_BYTES) {
      throw new IOException("only " + count + " bytes of the durable mark were written");
    }
  }

  /** Makes the mark itself durable. */
  void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Reads the mark. */
  static Reading read(Disk disk) throws IOException {
    String shown = disk.describe(FILE_NAME);
    ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
    try (DiskFile file = disk.open(FILE_NAME)) {
      if (file.size() != FILE_BYTES) {
        String problem = "a durable mark has " + FILE_BYTES + " bytes, here are " + file.size();
        Damage damage = new Damage(shown, Math.min(file.size(), FILE_BYTES), problem);
        return new Reading(0, null, List.of(damage));
      }
      file.readFully(bytes, 0);
    }
    List<Damage> damages = new ArrayList<>();
    long highest = -1;
    Place best = null;
    for (int at = 0; at < FILE_BYTES; at += SLOT_DISTANCE) {
      byte[] slot = new byte[SLOT_DISTANCE];
      bytes.get(at, slot);
      Damage damage = slotDamage(shown, at, slot);
      if (damage != null) {
        damages.add(damage);
        continue;
      }
      ByteBuffer in = ByteBuffer.wrap(slot);
      if (in.getLong(8) > highest) {
        highest = in.getLong(8);
        byte[] hash = new byte[LogHead.HASH_BYTES];
        in.get(40, hash);
        best = new Place(in.getLong(16), in.getLong(24), in.getLong(32), hash);
      }
    }
    return new Reading(highest, best, List.copyOf(damages));
  }

  private static Damage slotDamage(String shown, int start, byte[] slot) {
    ByteBuffer in = ByteBuffer.wrap(slot);
    int computed = Checksum.unsalted(slot, 0, CHECKSUM_AT);
    int stored = in.getInt(CHECKSUM_AT);
    if (computed != stored) {
      return FlipFinder.inBlock(
          shown, start, computed, stored, CHECKSUM_AT, "slot of the durable mark");
    }
    if (in.getLong(0) != MAGIC) {
      return new Damage(shown, start, "this is not a slot of a durable mark");
    }
    for (int i = SLOT_BYTES; i < slot.length; i++) {
      if (slot[i] != 0) {
        return new Damage(shown, start + i, "this byte of the durable mark is not zero");
      }
    }
    return null;
  }

  /**
   * How far the log is durable.
   *
   * @param segment number, 0 before the first
   * @param offset durable bytes of the segment
   * @param position of the last durable entry
   * @param frameHash of the last durable frame
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Place(long segment, long offset, long position, byte[] frameHash) {}

  /**
   * What was found in the file.
   *
   * @param counter of the slot that counts
   * @param place null when no slot is good
   * @param damages of slots; one damaged slot leaves the other, at most one sync older
   */
  record Reading(long counter, Place place, List<Damage> damages) {}
}
