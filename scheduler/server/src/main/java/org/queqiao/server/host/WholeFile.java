package org.queqiao.server.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files that are replaced as a whole and synced, with their mode from the first moment. */
public final class WholeFile {
  /** For secrets. */
  public static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** For what others need to read. */
  public static final Set<PosixFilePermission> WORLD_READABLE =
      PosixFilePermissions.fromString("rw-r--r--");

  /** Ends the name of a file that has not replaced its former content yet. */
  static final String UNFINISHED = ".new";

  private static final int SECRET_MAX_BYTES = 64 << 10;

  private final Path from;
  private final Path to;

  private WholeFile(Path from, Path to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Writes the new content beside the file and syncs it; nothing is replaced yet, so a failure here
   * leaves everything as it was.
   */
  public static WholeFile prepare(Path file, byte[] content, Set<PosixFilePermission> mode)
      throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    Files.deleteIfExists(unfinished);
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      // The mode of creation is narrowed by the process's mask.
      Files.setPosixFilePermissions(unfinished, mode);
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    return new WholeFile(unfinished, file);
  }

  /** Puts the new content in place; after a failure nobody knows which a restart would find. */
  public void commit() throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(to.toAbsolutePath().getParent());
  }

  /** Both at once: after a crash there is the old content or the new one. */
  public static void replace(Path file, byte[] content, Set<PosixFilePermission> mode)
      throws IOException {
    prepare(file, content, mode).commit();
  }

  /**
   * Reads a file that must be nobody else's.
   *
   * @throws IOException when it is no regular file or others may read or change it, naming the file
   */
  public static byte[] readSecret(Path file) throws IOException {
    PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class);
    if (!found.isRegularFile() || found.size() > SECRET_MAX_BYTES) {
      throw new IOException(
          file + " holds a secret and must be a file of at most " + SECRET_MAX_BYTES + " bytes");
    }
    if (!excess(found.permissions(), PosixFilePermissions.fromString("rwx------")).isEmpty()) {
      throw new IOException(
          file + " holds a secret and is open to others; chmod 600 it, or remove it");
    }
    return Files.readAllBytes(file);
  }

  /** What a mode permits beyond another. */
  static Set<PosixFilePermission> excess(
      Set<PosixFilePermission> found, Set<PosixFilePermission> allowed) {
    EnumSet<PosixFilePermission> excess = EnumSet.noneOf(PosixFilePermission.class);
    excess.addAll(found);
    excess.removeAll(allowed);
    return excess;
  }

  /** Makes the names in a folder durable. */
  public static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
