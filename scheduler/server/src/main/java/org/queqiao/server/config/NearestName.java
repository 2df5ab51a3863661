package org.queqiao.server.config;

import java.util.Collection;

/** Finds the known name that a mistyped one is nearest to, by edit distance (Levenshtein, 1966). */
public final class NearestName {
  private NearestName() {}

  /** The nearest of the known names, the first of equals; empty when none is known. */
  public static String of(String name, Collection<String> known) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (String each : known) {
      int distance = distance(name, each);
      if (distance < least) {
        least = distance;
        best = each;
      }
    }
    return best;
  }

  /**
   * The nearest name if it is near enough to have been meant: no more than half of it differs; or
   * empty.
   */
  public static String near(String name, Collection<String> known) {
    String best = of(name, known);
    return 2 * distance(name, best) <= name.length() ? best : "";
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
