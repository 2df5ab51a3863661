package org.queqiao.simulator.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * The start of every job, one line {@code id start} each, by id: what two replays are compared by.
 */
public final class StartTimes {
  private static final int LINE_BYTES = 44;

  private StartTimes() {}

  /** All lines. */
  public static byte[] lines(ReplayResult result) {
    ReplayJobs jobs = result.jobs();
    byte[] out = new byte[Math.multiplyExact(jobs.count(), LINE_BYTES)];
    int length = 0;
    for (int job : byId(jobs)) {
      length = number(out, length, jobs.id(job));
      out[length++] = ' ';
      length = number(out, length, result.start(job));
      out[length++] = '\n';
    }
    return java.util.Arrays.copyOf(out, length);
  }

  /** Writes all lines into a file. */
  public static void write(ReplayResult result, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(lines(result));
    }
  }

  private static int[] byId(ReplayJobs jobs) {
    boolean sorted = true;
    for (int i = 1; i < jobs.count() && sorted; i++) {
      sorted = jobs.id(i - 1) <= jobs.id(i);
    }
    IntStream all = IntStream.range(0, jobs.count());
    return sorted
        ? all.toArray()
        : all.boxed()
            .sorted((left, right) -> Long.compare(jobs.id(left), jobs.id(right)))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  private static int number(byte[] out, int at, long number) {
    int next = at;
    long left = number;
    if (left < 0) {
      out[next++] = '-';
      left = -left;
    }
    int first = next;
    do {
      out[next++] = (byte) ('0' + left % 10);
      left /= 10;
    } while (left > 0);
    for (int low = first, high = next - 1; low < high; low++, high--) {
      byte swapped = out[low];
      out[low] = out[high];
      out[high] = swapped;
    }
    return next;
  }
}
