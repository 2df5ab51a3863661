package org.queqiao.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;

/** Starts the agent of a node. */
public final class AgentMain {
  private static final int REFUSED = 1;
  private static final int USAGE = 2;

  private AgentMain() {}

  /** Runs until the process is ended; exit code 2 for wrong usage, 1 when it cannot go on. */
  public static void main(String[] arguments) {
    AgentOptions options;
    try {
      options = AgentOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("AgentMain: " + e.getMessage());
      System.err.print(AgentOptions.USAGE);
      System.exit(USAGE);
      return;
    }
    try (FileChannel guard = lock(options.data())) {
      // The native part of JNA is unpacked where this user may execute it.
      System.setProperty("jna.tmpdir", folder(options.data().resolve("native")).toString());
      // Where libraries lie is known: otherwise JNA starts ldconfig and reads what it prints.
      System.setProperty("jna.platform.library.path", "");
      new Agent(options).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      AgentLog.warn("the agent ends: " + e);
      System.exit(REFUSED);
    }
  }

  private static FileChannel lock(Path data) throws IOException {
    folder(data);
    FileChannel channel =
        FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw new IOException("another agent works in " + data);
    }
    return channel;
  }

  private static Path folder(Path path) throws IOException {
    return Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
