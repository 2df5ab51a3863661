package org.queqiao.accounting.archive;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** The folder of the archived months: each has one of its own, readable by its owner alone. */
public final class ArchiveFolder {
  private static final String OWNER_ONLY = "rwx------";
  private static final String FILE_OWNER_ONLY = "rw-------";
  private static final String UNFINISHED = ".tmp";

  /** No manifest is longer. */
  private static final long MAX_MANIFEST_BYTES = 64L << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path folder;

  public ArchiveFolder(Path folder) {
    this.folder = folder;
  }

  /** Where the files of a month are. */
  public Path of(String month) {
    return folder.resolve(month);
  }

  /** Makes the folder of a month, and removes what an archiving that was killed has left there. */
  public Path begin(String month) throws IOException {
    Path own = of(month);
    Files.createDirectories(
        own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    sync(folder);
    try (var files = Files.newDirectoryStream(own, "*" + UNFINISHED)) {
      for (Path each : files) {
        Files.delete(each);
      }
    }
    return own;
  }

  /** A new file that its owner alone reads, under the name that it has until it is whole. */
  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        unfinished(file),
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FILE_OWNER_ONLY)));
  }

  /** It is whole and on the disk: it gets its name. */
  static void finish(Path file) throws IOException {
    Files.move(
        unfinished(file),
        file,
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    sync(file.getParent());
  }

  /** What was not finished goes. */
  static void discard(Path file) throws IOException {
    Files.deleteIfExists(unfinished(file));
  }

  private static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + UNFINISHED);
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  public void write(Manifest manifest) throws IOException {
    Path file = of(manifest.month()).resolve(Manifest.FILE);
    try {
      try (FileChannel out = create(file)) {
        ByteBuffer bytes = ByteBuffer.wrap(manifest.write().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      finish(file);
    } finally {
      discard(file);
    }
  }

  /**
   * The manifest of a month.
   *
   * @param sha256 that it must have
   * @throws ArchiveDamaged when it is not there or another one
   */
  public Manifest manifest(String month, String sha256) throws IOException {
    Path file = of(month).resolve(Manifest.FILE);
    String text;
    try {
      if (Files.size(file) > MAX_MANIFEST_BYTES) {
        throw new ArchiveDamaged(said(month, Manifest.FILE) + "is too long");
      }
      text = Files.readString(file);
    } catch (NoSuchFileException missing) {
      throw new ArchiveDamaged(said(month, Manifest.FILE) + "is missing");
    } catch (java.nio.charset.MalformedInputException e) {
      throw new ArchiveDamaged(said(month, Manifest.FILE) + "was changed");
    }
    MessageDigest digest = Manifest.digest();
    String found = HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    if (!found.equals(sha256)) {
      throw new ArchiveDamaged(said(month, Manifest.FILE) + "was changed");
    }
    return Manifest.read(text);
  }

  /**
   * Whether the file of a part is as it was written.
   *
   * @throws ArchiveDamaged when it is missing or another one
   */
  public void check(String month, Manifest.Part part) throws IOException {
    MessageDigest digest = Manifest.digest();
    try (InputStream in = Files.newInputStream(of(month).resolve(part.file()))) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    } catch (NoSuchFileException missing) {
      throw new ArchiveDamaged(said(month, part.file()) + "is missing");
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(part.sha256())) {
      throw new ArchiveDamaged(said(month, part.file()) + "was changed");
    }
  }

  /** What is done with the text of a part, a piece at a time. */
  public interface Use {
    void with(InputStream csv) throws IOException;
  }

  /**
   * Reads a part to its end, as CSV with a heading.
   *
   * @throws ArchiveDamaged when it is missing, or at its end when it is not as it was written: what
   *     was read until then is void
   */
  public void read(String month, Manifest.Part part, Use use) throws IOException {
    Path file = of(month).resolve(part.file());
    MessageDigest digest = Manifest.digest();
    try (InputStream in = Files.newInputStream(file)) {
      if (Files.size(file) != part.bytes()) {
        throw new ArchiveDamaged(said(month, part.file()) + "has another length");
      }
      Counted counted = new Counted(in, digest);
      use.with(new GZIPInputStream(counted, BUFFER_BYTES));
      byte[] rest = new byte[BUFFER_BYTES];
      while (counted.read(rest, 0, rest.length) >= 0) {
        // Only for the digest.
      }
    } catch (NoSuchFileException missing) {
      throw new ArchiveDamaged(said(month, part.file()) + "is missing");
    } catch (ArchiveDamaged damaged) {
      throw damaged;
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      throw new ArchiveDamaged(said(month, part.file()) + "was changed: " + e.getMessage());
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(part.sha256())) {
      throw new ArchiveDamaged(said(month, part.file()) + "was changed");
    }
  }

  /** What is done with each row. */
  public interface Row {
    void is(List<String> fields) throws IOException;
  }

  /** As {@link #read}, by rows, which must be as many as were written. */
  public void rows(String month, Manifest.Part part, Row use) throws IOException {
    long[] rows = new long[1];
    read(
        month,
        part,
        csv -> {
          CsvRows all = new CsvRows(csv);
          if (!part.columns().equals(all.next())) {
            throw new ArchiveDamaged(said(month, part.file()) + "has other columns");
          }
          for (List<String> row = all.next(); row != null; row = all.next()) {
            rows[0]++;
            use.is(row);
          }
        });
    if (rows[0] != part.rows()) {
      throw new ArchiveDamaged(
          said(month, part.file()) + "has " + rows[0] + " rows, not " + part.rows());
    }
  }

  /** The rows of the blocks that may have a job; of 0, of no job. */
  public void rowsOf(String month, Manifest.Part part, long job, Row use) throws IOException {
    Path file = of(month).resolve(part.file());
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      for (Manifest.Block block : part.blocks()) {
        if (block.mayHave(job)) {
          CsvRows rows =
              new CsvRows(
                  new GZIPInputStream(
                      new ByteArrayInputStream(bytes(month, part, block, in)), BUFFER_BYTES));
          if (block.offset() == 0) {
            rows.next();
          }
          for (List<String> row = rows.next(); row != null; row = rows.next()) {
            use.is(row);
          }
        }
      }
    } catch (NoSuchFileException missing) {
      throw new ArchiveDamaged(said(month, part.file()) + "is missing");
    }
  }

  private static byte[] bytes(
      String month, Manifest.Part part, Manifest.Block block, FileChannel in) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(block.bytes())];
    in.position(block.offset());
    int read = Channels.newInputStream(in).readNBytes(bytes, 0, bytes.length);
    byte[] found = Manifest.digest().digest(Arrays.copyOf(bytes, read));
    if (!HexFormat.of().formatHex(found).equals(block.sha256())) {
      throw new ArchiveDamaged(said(month, part.file()) + "was changed");
    }
    return bytes;
  }

  private static String said(String month, String file) {
    return "archive of " + month + ": file " + file + " ";
  }

  /** Digests what is read. The file is its only source, so that nothing is read ahead of it. */
  private static final class Counted extends FilterInputStream {
    private final MessageDigest digest;

    Counted(InputStream in, MessageDigest digest) {
      super(in);
      this.digest = digest;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      if (read > 0) {
        digest.update(bytes, from, read);
      }
      return read;
    }
  }
}
