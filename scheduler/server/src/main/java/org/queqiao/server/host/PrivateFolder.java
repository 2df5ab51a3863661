package org.queqiao.server.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder that nobody but the service can read (mode 0700, files 0600), with files that are
 * replaced as a whole: after a crash each holds its old or its new content.
 */
public final class PrivateFolder {
  private static final int MAX_FILE_BYTES = 4 << 20;
  private static final Set<PosixFilePermission> FOLDER_MODE =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;

  private PrivateFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder, or checks the one that is there: a folder or file that others can reach, that
   * is a link or belongs to somebody else is not repaired in silence but refused by name.
   */
  public static PrivateFolder open(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
      WholeFile.sync(folder.toAbsolutePath().getParent());
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
        check(file, found, WholeFile.OWNER_ONLY);
      }
    }
    return opened;
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static void check(Path path, PosixFileAttributes found, Set<PosixFilePermission> allowed)
      throws IOException {
    if (!WholeFile.excess(found.permissions(), allowed).isEmpty()) {
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
      if (name.endsWith(WholeFile.UNFINISHED)) {
        Files.delete(folder.resolve(name));
      }
    }
  }

  /** The names in the folder, sorted. */
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    names.sort(null);
    return names;
  }

  /** Where a file of this name is or would be. */
  public Path path(String name) {
    return folder.resolve(name);
  }

  /** The content of a file, or nothing when there is none. */
  public Optional<byte[]> read(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
    }
    return Optional.of(Files.readAllBytes(file));
  }

  /** Writes the new content beside the file; {@link WholeFile#commit} puts it in place. */
  public WholeFile prepare(String name, byte[] content) throws IOException {
    return WholeFile.prepare(folder.resolve(name), content, WholeFile.OWNER_ONLY);
  }

  /** Removes a file, if it is there. */
  public void delete(String name) throws IOException {
    if (Files.deleteIfExists(folder.resolve(name))) {
      WholeFile.sync(folder);
    }
  }
}
