package org.queqiao.core;

import java.util.HexFormat;

/** Runs a few seeds and prints the digests; started in a JVM of its own. */
final class DigestPrinter {
  private DigestPrinter() {}

  public static void main(String[] seeds) {
    System.out.print(digests(seeds));
  }

  static String digests(String... seeds) {
    StringBuilder out = new StringBuilder();
    for (String seed : seeds) {
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      new RandomHistory(Long.parseLong(seed), story).steps(300);
      out.append(HexFormat.of().formatHex(story.machine.digest())).append('\n');
    }
    return out.toString();
  }
}
