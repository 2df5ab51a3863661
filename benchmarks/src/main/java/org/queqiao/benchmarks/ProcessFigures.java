package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of a process. */
final class ProcessFigures {
  /** Linux tells user space of time in hundredths of a second on every machine (USER_HZ). */
  private static final double TICKS_PER_SECOND = 100;

  private ProcessFigures() {}

  /** User and system time so far, in ticks. */
  static long cpuTicks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** What share of one core so many ticks in so many seconds are, in percent. */
  static double percentOfCore(long ticks, double seconds) {
    return 100.0 * ticks / TICKS_PER_SECOND / seconds;
  }

  /** A figure of {@code /proc/PID/status}, such as {@code VmRSS} in kilobytes. */
  static long statusKb(long pid, String key) throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith(key + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }
}
