package org.queqiao.core;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Tells the stories of the first seeds and prints digests; started in a JVM of its own. */
final class DigestPrinter {
  private static final int STEPS = 300;

  /** Steps between two digests. */
  static final int EVERY = 20;

  private DigestPrinter() {}

  public static void main(String[] seeds) {
    lines(Integer.parseInt(seeds[0])).forEach(System.out::println);
  }

  /** A line for each digest: the seed, after how many steps, the digest. */
  static List<String> lines(int seeds) {
    List<String> out = new ArrayList<>();
    for (long seed = 1; seed <= seeds; seed++) {
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      RandomHistory history = new RandomHistory(seed, story);
      for (int steps = EVERY; steps <= STEPS; steps += EVERY) {
        history.steps(EVERY);
        String digest = HexFormat.of().formatHex(story.machine.digest());
        out.add("seed " + seed + ", " + steps + " steps: " + digest);
      }
    }
    return out;
  }

  /** What was told in the steps before a digest. */
  static List<ToldStory.Told> told(long seed, int steps) {
    RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
    history.steps(steps - EVERY);
    int before = history.told().inputs().size();
    history.steps(EVERY);
    List<ToldStory.Told> all = history.told().inputs();
    return all.subList(before, all.size());
  }
}
