package org.queqiao.server.boot;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.queqiao.runtime.tool.LogCommand;
import org.queqiao.server.config.ConfigException;

/** The folders of one server, held by a lock so that no second server writes to them. */
final class DataFolder implements Closeable {
  private final Path data;
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataFolder(Path data, FileChannel lockFile, FileLock lock) {
    this.data = data;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Makes what is missing and takes the lock, which ends with the process.
   *
   * @throws ConfigException when another server holds it
   */
  static DataFolder open(Path data) throws IOException {
    for (String each : new String[] {"", "run", "server", LogCommand.LOG_FOLDER}) {
      Path folder = data.resolve(each);
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    }
    FileChannel file =
        FileChannel.open(
            data.resolve("server/lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = file.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held within this very process; said below like any other holder.
    }
    if (lock == null) {
      file.close();
      throw new ConfigException("another server is at work in " + data + "; see ./queqiao status");
    }
    return new DataFolder(data, file, lock);
  }

  Path log() {
    return data.resolve(LogCommand.LOG_FOLDER);
  }

  Path postgres() {
    return postgres(data);
  }

  /** Where the embedded database of a data folder is. */
  static Path postgres(Path data) {
    return data.resolve("postgres");
  }

  Path ledgerHeads() {
    return ledgerHeads(data);
  }

  /** Where the signed heads of the ledger of a data folder are. */
  static Path ledgerHeads(Path data) {
    return data.resolve("server/ledger");
  }

  Path archive() {
    return archive(data);
  }

  /** Where the archived months of a data folder are. */
  static Path archive(Path data) {
    return data.resolve("accounting/archive");
  }

  Path authentication() {
    return data.resolve("server/auth");
  }

  Path pki() {
    return data.resolve("server/pki");
  }

  Path counters() {
    return data.resolve("server/counters");
  }

  Path proved() {
    return data.resolve("server/proved");
  }

  Path adminSocket() {
    return data.resolve("run/admin.sock");
  }

  Path launchKey() {
    return data.resolve("run/launch-key.pub");
  }

  /** Says who serves and where, for the script: whole or not at all. */
  void announce(String name, String text) throws IOException {
    Path part = data.resolve("run/." + name);
    Files.writeString(part, text, StandardCharsets.UTF_8);
    Files.move(
        part,
        data.resolve("run").resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** A port that was free when it was first asked for, the same at every later start. */
  int keptPort(String name) throws IOException {
    Path file = data.resolve("server").resolve(name);
    if (Files.exists(file)) {
      return Integer.parseInt(Files.readString(file).strip());
    }
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(file, probe.getLocalPort() + "\n");
      return probe.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    lockFile.close();
  }
}
