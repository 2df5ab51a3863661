package org.queqiao.simulator.swf;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a workload log; what a log of ours does not know is -1, as the format says. */
public final class SwfWriter {
  private SwfWriter() {}

  /**
   * Writes a file.
   *
   * @param note where the log comes from, one line
   */
  public static void write(SwfLog log, String note, Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("; Version: 2.2\n; Note: " + note + "\n; MaxProcs: " + log.maxProcs() + "\n");
      for (int i = 0; i < log.size(); i++) {
        out.write(line(log, i));
      }
    }
  }

  private static String line(SwfLog log, int i) {
    return log.id(i)
        + " "
        + log.submit(i)
        + " -1 "
        + log.run(i)
        + " "
        + log.allocated(i)
        + " -1 -1 "
        + log.asked(i)
        + " "
        + log.limit(i)
        + " -1 1 "
        + log.user(i)
        + " -1 -1 -1 -1 -1 -1\n";
  }
}
