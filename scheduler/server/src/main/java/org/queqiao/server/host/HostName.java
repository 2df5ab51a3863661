package org.queqiao.server.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name that this machine gives itself; no name service is asked. */
public final class HostName {
  private HostName() {}

  /** The name, or {@code localhost} where the kernel does not tell it. */
  public static String read() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (IOException e) {
      return "localhost";
    }
  }
}
