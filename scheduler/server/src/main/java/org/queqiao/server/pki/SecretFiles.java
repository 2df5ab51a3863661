package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that are replaced whole and synced, with their mode from the first moment. */
final class SecretFiles {
  static final String OWNER_ONLY = "rw-------";
  static final String WORLD_READABLE = "rw-r--r--";

  private SecretFiles() {}

  /** After a crash there is the old content or the new one. */
  static void replace(Path file, byte[] bytes, String mode) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
    try (FileChannel out =
        FileChannel.open(
            next,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)))) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (in.hasRemaining()) {
        out.write(in);
      }
      // The mode of creation is narrowed by the process's mask.
      Files.setPosixFilePermissions(next, permissions);
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /**
   * Reads a file that must be nobody else's.
   *
   * @throws IOException when others may read or change it, naming the file
   */
  static byte[] readSecret(Path file) throws IOException {
    for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
      switch (permission) {
        case OWNER_READ, OWNER_WRITE, OWNER_EXECUTE -> {}
        case GROUP_READ, GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE ->
            throw new IOException(
                file + " holds a secret and is open to others; chmod 600 it, or remove it");
      }
    }
    return Files.readAllBytes(file);
  }
}
