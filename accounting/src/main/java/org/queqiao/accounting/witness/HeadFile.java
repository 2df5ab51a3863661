package org.queqiao.accounting.witness;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The signed heads of a ledger, in a folder that is not the database's: a private key of mode 0600,
 * the public one beside it, and one line for each head. Only appended to. A copy of the heads and
 * the public key elsewhere is a witness that nobody here can change.
 */
public final class HeadFile {
  /** The heads, a line each. */
  public static final String HEADS = "heads";

  /** The public key, X.509 in base64. */
  public static final String PUBLIC = "head-key.pub";

  private static final String PRIVATE = "head-key";
  private static final String ALGORITHM = "Ed25519";

  /** A head is due after so much logical time, or so many postings. */
  private static final long EVERY_MS = 60_000;

  private static final long EVERY_POSTINGS = 10_000;

  /** More than the longest line. */
  private static final int TAIL_BYTES = 4_096;

  private final Path folder;
  private final PrivateKey key;
  private SignedHead last;

  private HeadFile(Path folder, PrivateKey key, SignedHead last) {
    this.folder = folder;
    this.key = key;
    this.last = last;
  }

  /**
   * Opens the folder, and makes it with a new key when there is none.
   *
   * @throws IOException when it cannot be read or written, or a line or key is damaged
   */
  public static HeadFile open(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path file = folder.resolve(PRIVATE);
    try {
      if (!Files.exists(file)) {
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        write(folder.resolve(PUBLIC), pair.getPublic().getEncoded(), "rw-r--r--");
        write(file, pair.getPrivate().getEncoded(), "rw-------");
      }
      PrivateKey key =
          KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(decode(file)));
      Path heads = folder.resolve(HEADS);
      String last = lastLine(heads);
      lastLine(folder.resolve(MonthFile.MONTHS));
      return new HeadFile(folder, key, last == null ? null : parse(heads, last));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is no key of " + ALGORITHM, e);
    }
  }

  private static void write(Path file, byte[] content, String mode) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    append(file, Base64.getEncoder().encodeToString(content));
  }

  private static byte[] decode(Path file) throws IOException {
    try {
      return Base64.getDecoder().decode(Files.readString(file).strip());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  /**
   * Reads the public key.
   *
   * @throws IOException when there is none, or it is damaged
   */
  public static PublicKey publicKey(Path file) throws IOException {
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(decode(file)));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is no key of " + ALGORITHM, e);
    }
  }

  /** The last whole line, or null; one that a crash has cut short is cut off first. */
  private static String lastLine(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long from = Math.max(0, channel.size() - TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
      while (channel.read(bytes, from + bytes.position()) > 0) {
        // reads on until the end
      }
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
      int end = text.lastIndexOf('\n');
      channel.truncate(from + end + 1);
      if (end < 0) {
        return null;
      }
      return text.substring(text.lastIndexOf('\n', end - 1) + 1, end);
    }
  }

  private static SignedHead parse(Path file, String line) throws IOException {
    try {
      return SignedHead.parse(line);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " has a damaged line: " + line, e);
    }
  }

  /** Reads heads in their order. */
  public static final class Cursor implements AutoCloseable {
    private final Path file;
    private final BufferedReader lines;

    /** Opens the heads; none are in a file that is not there. */
    public Cursor(Path file) throws IOException {
      this.file = file;
      this.lines =
          Files.exists(file) ? Files.newBufferedReader(file, StandardCharsets.US_ASCII) : null;
    }

    /**
     * The next head, or null at the end.
     *
     * @throws IOException when the file cannot be read or a line is damaged
     */
    public SignedHead next() throws IOException {
      String line = lines == null ? null : lines.readLine();
      return line == null ? null : parse(file, line);
    }

    @Override
    public void close() throws IOException {
      if (lines != null) {
        lines.close();
      }
    }
  }

  /** Whether a head of this end of the chain is due. */
  public boolean isDue(long seq, long timeMs) {
    if (last == null) {
      return seq > 0;
    }
    return seq > last.seq()
        && (timeMs - last.timeMs() >= EVERY_MS || seq - last.seq() >= EVERY_POSTINGS);
  }

  /** Whether postings have come since the last head. */
  public boolean isBehind(long seq) {
    return last == null ? seq > 0 : seq > last.seq();
  }

  /**
   * Signs and appends a head, and returns once it is on the disk.
   *
   * @param hash of the posting, in hexadecimal
   */
  public void append(long position, long seq, String hash, long timeMs) throws IOException {
    SignedHead head = SignedHead.sign(position, seq, hash, timeMs, key);
    append(folder.resolve(HEADS), head.line());
    last = head;
  }

  /**
   * Signs and appends a closed month that is not there yet, and returns once it is on the disk.
   *
   * @throws IOException when it cannot be written, or another close of the month was signed
   */
  public void append(SignedMonth month) throws IOException {
    Path file = folder.resolve(MonthFile.MONTHS);
    for (SignedMonth each : MonthFile.read(file)) {
      if (each.month().equals(month.month())) {
        if (!each.says(month)) {
          throw new IOException("another close of " + month.month() + " was signed before");
        }
        return;
      }
    }
    append(file, month.sign(key).line());
  }

  private static void append(Path file, String line) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }
}
