package org.queqiao.server.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder that nobody but the service can read (mode 0700, files 0600), with files that are
 * replaced as a whole: after a crash each holds its old or its new content.
 */
final class PrivateFolder {
  private static final String UNFINISHED = ".new";
  private static final int MAX_FILE_BYTES = 4 << 20;
  private static final Set<PosixFilePermission> FOLDER_MODE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE_MODE =
      PosixFilePermissions.fromString("rw-------");

  private final Path folder;

  private PrivateFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder, or checks the one that is there: a folder or file that others can reach, that
   * is a link or belongs to somebody else is not repaired in silence but refused by name.
   */
  static PrivateFolder open(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
      sync(folder.toAbsolutePath().getParent());
    }
    PosixFileAttributes of = attributes(folder);
    if (!of.isDirectory()) {
      throw new IOException(folder + " must be a folder and not a link");
    }
    check(folder, of, FOLDER_MODE);
    PrivateFolder opened = new PrivateFolder(folder);
    opened.removeUnfinished();
    for (String name : opened.names()) {
      Path file = folder.resolve(name);
      PosixFileAttributes found = attributes(file);
      if (!found.isDirectory()) {
        if (!found.isRegularFile()) {
          throw new IOException(file + " must be a regular file and not a link");
        }
        check(file, found, FILE_MODE);
      }
    }
    return opened;
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static void check(Path path, PosixFileAttributes found, Set<PosixFilePermission> allowed)
      throws IOException {
    EnumSet<PosixFilePermission> excess = EnumSet.noneOf(PosixFilePermission.class);
    excess.addAll(found.permissions());
    excess.removeAll(allowed);
    if (!excess.isEmpty()) {
      throw new IOException(
          path
              + " can be reached by others (mode "
              + PosixFilePermissions.toString(found.permissions())
              + "): make it "
              + PosixFilePermissions.toString(allowed)
              + " after making sure that nobody changed it");
    }
    String owner = found.owner().getName();
    String self = ProcessHandle.current().info().user().orElse(owner);
    if (!owner.equals(self)) {
      throw new IOException(path + " belongs to " + owner + ", but the service runs as " + self);
    }
  }

  private void removeUnfinished() throws IOException {
    for (String name : names()) {
      if (name.endsWith(UNFINISHED)) {
        Files.delete(folder.resolve(name));
      }
    }
  }

  /** The names in the folder, sorted. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    names.sort(null);
    return names;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /** The content of a file, or nothing when there is none. */
  Optional<byte[]> read(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
    }
    return Optional.of(Files.readAllBytes(file));
  }

  /**
   * Writes the new content beside the file and syncs it; nothing is replaced yet, so a failure here
   * leaves everything as it was.
   */
  Prepared prepare(String name, byte[] content) throws IOException {
    Path unfinished = folder.resolve(name + UNFINISHED);
    Files.deleteIfExists(unfinished);
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(FILE_MODE))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    return new Prepared(unfinished, folder.resolve(name));
  }

  /** Content that is durable but has not replaced the file yet. */
  final class Prepared {
    private final Path from;
    private final Path to;

    private Prepared(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    /** After a failure here nobody knows which content a restart would find. */
    void commit() throws IOException {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(folder);
    }
  }

  void delete(String name) throws IOException {
    if (Files.deleteIfExists(folder.resolve(name))) {
      sync(folder);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
