package org.queqiao.core.placement;

import java.util.Arrays;
import java.util.function.Function;

/**
 * The fewest of the nodes by their size among which a job has room: first of all its parts
 * together, so that none takes what another could do without and leaves it a larger one, then of
 * each part within these. They are found by halving, because more nodes have no less room; a layout
 * that gives up, or a search that ends at its bound, makes the nodes larger than need be and never
 * wrong.
 */
public final class FewestNodes {
  /** A search for one part among a million nodes needs 20. */
  private static final int MOST_TRIES = 32;

  private final Function<int[], int[]> among;

  /** Of how many of the nodes each part may have its own. */
  private final int[] most;

  private int[] on;
  private int tries;

  private FewestNodes(int parts, int first, Function<int[], int[]> among) {
    this.among = among;
    this.most = new int[parts];
    Arrays.fill(most, first);
    this.on = among.apply(most);
  }

  /**
   * Nodes of the job.
   *
   * @param parts how many parts it has that are placed one by one
   * @param first so many of the nodes by their size are tried at first
   * @param among nodes of the job where each part has only so many of the nodes by their size, or
   *     null
   * @return nodes as the function has given them; null where it gave none at first
   */
  public static int[] find(int parts, int first, Function<int[], int[]> among) {
    FewestNodes fewest = new FewestNodes(parts, first, among);
    fewest.halve(0, parts);
    for (int part = 0; parts > 1 && part < parts; part++) {
      fewest.halve(part, part + 1);
    }
    return fewest.on;
  }

  /** For some of the parts, which have as many now. */
  private void halve(int from, int to) {
    int without = 0;
    int with = most[from];
    while (on != null && with - without > 1 && tries < MOST_TRIES) {
      int middle = (with + without) >>> 1;
      Arrays.fill(most, from, to, middle);
      int[] fewer = among.apply(most);
      tries++;
      on = fewer == null ? on : fewer;
      with = fewer == null ? with : middle;
      without = fewer == null ? middle : without;
    }
    Arrays.fill(most, from, to, with);
  }
}
