package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.queqiao.contract.node.NodeHealth;

/**
 * What the health check of the node found last: one line in the launcher's spool, its time and what
 * is wrong. The launcher replaces the file as a whole.
 */
public final class HealthFile {
  private static final int MAX_BYTES = 512;

  private HealthFile() {}

  /** What it says; unknown where there is none, or none that can be read. */
  public static NodeHealth read(Path spool) {
    Path file = spool.resolve("health");
    try {
      if (!Files.exists(file) || Files.size(file) > MAX_BYTES) {
        return NodeHealth.UNKNOWN;
      }
      String line = Files.readString(file, StandardCharsets.US_ASCII).stripTrailing();
      int space = line.indexOf(' ');
      String time = space < 0 ? line : line.substring(0, space);
      return new NodeHealth(
          space < 0 ? "" : line.substring(space + 1), Math.max(0, Long.parseLong(time)));
    } catch (IOException | NumberFormatException e) {
      return NodeHealth.UNKNOWN;
    }
  }
}
