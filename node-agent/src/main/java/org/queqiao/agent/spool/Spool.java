package org.queqiao.agent.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32C;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.agent.reconcile.SpoolRecord;

/**
 * The records of the reconciler in one file that only grows, and the accepted epoch in another.
 *
 * <pre>
 *   DIR/records   magic, then for each record: u32 length | u32 CRC-32C | record
 *   DIR/epoch     u64 epoch | u32 CRC-32C, replaced whole
 * </pre>
 *
 * A record that was cut off by a crash is cut away at the next start: it had not been synced, so
 * nothing followed from it. The epoch has a file of its own because it must survive even when the
 * end of the records does not. The file is rewritten when it has become much longer than what it
 * adds up to.
 *
 * <p>A failed write or sync leaves the spool unusable; the caller ends the process.
 */
public final class Spool implements Closeable {
  private static final byte[] MAGIC = {'Q', 'Q', 'S', 'P', 'O', 'O', 'L', '1'};
  private static final int HEADER_BYTES = 8;
  private static final long REWRITE_ABOVE_BYTES = 1 << 20;

  private final Path folder;
  private final long rewriteAboveBytes;
  private final SpoolImage image = new SpoolImage();
  private ByteBuffer waiting = ByteBuffer.allocate(16 << 10);
  private FileChannel records;
  private long cutBytes;
  private long syncs;

  private Spool(Path folder, long rewriteAboveBytes) {
    this.folder = folder;
    this.rewriteAboveBytes = rewriteAboveBytes;
  }

  /**
   * Opens the spool, creating it when the folder is new.
   *
   * @throws IOException when it cannot be read, or the epoch's file is damaged
   */
  public static Spool open(Path folder) throws IOException {
    return open(folder, REWRITE_ABOVE_BYTES);
  }

  static Spool open(Path folder, long rewriteAboveBytes) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    syncFolder(folder.toAbsolutePath().getParent());
    Spool spool = new Spool(folder, rewriteAboveBytes);
    spool.read();
    return spool;
  }

  /** What the records add up to. */
  public SpoolImage image() {
    return image;
  }

  /** How much was cut away at the start, in bytes. */
  public long cutBytes() {
    return cutBytes;
  }

  /** How often the file was synced. */
  public long syncs() {
    return syncs;
  }

  /** Adds a record, which is on disk after the next {@link #sync}. */
  public void append(SpoolRecord record) throws IOException {
    if (record instanceof SpoolRecord.EpochRaised raised) {
      writeEpoch(raised.epoch());
    }
    byte[] bytes = SpoolCodec.encode(record);
    if (waiting.remaining() < HEADER_BYTES + bytes.length) {
      write();
    }
    waiting.putInt(bytes.length).putInt(checksum(bytes)).put(bytes);
    image.apply(record);
  }

  /** Hands what was appended to the operating system; a crash of this process keeps it. */
  public void write() throws IOException {
    waiting.flip();
    while (waiting.hasRemaining()) {
      records.write(waiting);
    }
    waiting.clear();
  }

  /** Makes everything that was appended durable. */
  public void sync() throws IOException {
    write();
    records.force(false);
    syncs++;
    if (records.position() > rewriteAboveBytes) {
      rewrite();
    }
  }

  @Override
  public void close() throws IOException {
    write();
    records.close();
  }

  private void read() throws IOException {
    long epoch = readEpoch();
    if (epoch > 0) {
      image.apply(new SpoolRecord.EpochRaised(epoch));
    }
    Path file = folder.resolve("records");
    if (!Files.exists(file)) {
      create();
      return;
    }
    records = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(records.size()));
    while (all.hasRemaining() && records.read(all) >= 0) {}
    all.flip();
    byte[] magic = new byte[Math.min(MAGIC.length, all.remaining())];
    all.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException(file + " is not a spool of this agent");
    }
    int good = all.position();
    while (readOne(all)) {
      good = all.position();
    }
    cutBytes = records.size() - good;
    if (cutBytes > 0) {
      records.truncate(good);
      records.force(true);
    }
    records.position(good);
  }

  private boolean readOne(ByteBuffer in) {
    if (in.remaining() < HEADER_BYTES) {
      return false;
    }
    int length = in.getInt();
    int checksum = in.getInt();
    if (length < 1 || length > SpoolCodec.MAX_BYTES || length > in.remaining()) {
      return false;
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    if (checksum(bytes) != checksum) {
      return false;
    }
    image.apply(SpoolCodec.decode(bytes));
    return true;
  }

  private void create() throws IOException {
    records = newFile(folder.resolve("records"));
    records.force(true);
    syncFolder(folder);
  }

  private static FileChannel newFile(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    channel.write(ByteBuffer.wrap(MAGIC));
    return channel;
  }

  /** Replaces the file by the shortest one that adds up to the same, if that is much shorter. */
  private void rewrite() throws IOException {
    if (image.runs().size() * 64L + image.counted().size() * 512L > records.position() / 2) {
      return;
    }
    Path next = folder.resolve("records.next");
    FileChannel old = records;
    records = newFile(next);
    for (SpoolRecord record : image.records()) {
      byte[] bytes = SpoolCodec.encode(record);
      if (waiting.remaining() < HEADER_BYTES + bytes.length) {
        write();
      }
      waiting.putInt(bytes.length).putInt(checksum(bytes)).put(bytes);
    }
    write();
    records.force(true);
    Files.move(
        next,
        folder.resolve("records"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    syncFolder(folder);
    old.close();
  }

  private long readEpoch() throws IOException {
    Path file = folder.resolve("epoch");
    if (!Files.exists(file)) {
      return 0;
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length == Long.BYTES + Integer.BYTES) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      byte[] value = new byte[Long.BYTES];
      in.get(value);
      if (in.getInt() == checksum(value)) {
        return ByteBuffer.wrap(value).getLong();
      }
    }
    throw new IOException(
        file
            + " is damaged: without it a superseded server could command this node. Enrol the node"
            + " again with an empty data folder once it runs no job");
  }

  private void writeEpoch(long epoch) throws IOException {
    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
    bytes.put(value).putInt(checksum(value)).flip();
    Path next = folder.resolve("epoch.next");
    try (FileChannel out =
        FileChannel.open(
            next,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(
        next,
        folder.resolve("epoch"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    syncFolder(folder);
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
