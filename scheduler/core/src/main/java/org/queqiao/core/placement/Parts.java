package org.queqiao.core.placement;

/**
 * How the nodes of a job fall into parts that ask for different things, and which nodes are given
 * to which. What a node could be given is a mask: bit p is set when it has room for a share of part
 * p and may serve it.
 *
 * <pre>
 *   constraint a*2&amp;b*1 on 3 nodes     part 0: 2 nodes with a    part 1: 1 node with b
 *   masks of nodes                  a: 01    a and b: 11    b: 10    neither: 00
 * </pre>
 *
 * <p>There is a choice if and only if, for every set of parts, enough nodes can serve one of the
 * set (Hall, "On representatives of subsets", 1935).
 */
public final class Parts {
  /** How many parts there are at most. */
  public static final int MAX = 8;

  private final int[] wanted;
  private final int total;

  /** Parts with so many nodes each, in the order of the job's nodes. */
  public Parts(int... wanted) {
    if (wanted.length > MAX) {
      throw new IllegalArgumentException(wanted.length + " parts");
    }
    this.wanted = wanted.clone();
    int sum = 0;
    for (int each : wanted) {
      sum = Math.addExact(sum, each);
    }
    this.total = sum;
  }

  /** How many parts. */
  public int count() {
    return wanted.length;
  }

  /** How many nodes a part wants. */
  public int wanted(int part) {
    return wanted[part];
  }

  /** The same where one part wants so many nodes more. */
  public Parts with(int part, int more) {
    int[] other = wanted.clone();
    other[part] = Math.addExact(other[part], more);
    return new Parts(other);
  }

  /** The same where all parts but those of a set want none. */
  Parts only(int set) {
    int[] other = wanted.clone();
    for (int part = 0; part < other.length; part++) {
      other[part] = (set >> part & 1) == 1 ? wanted[part] : 0;
    }
    return new Parts(other);
  }

  /** How many nodes all parts want. */
  public int total() {
    return total;
  }

  /**
   * Whether there is a choice.
   *
   * @param nodes how many nodes there are of each mask
   */
  public boolean possible(long[] nodes) {
    return possible(nodes, wanted);
  }

  private static boolean possible(long[] nodes, int[] left) {
    int[] present = new int[nodes.length];
    int kinds = 0;
    for (int mask = 1; mask < nodes.length; mask++) {
      if (nodes[mask] > 0) {
        present[kinds++] = mask;
      }
    }
    for (int set = 1; set < nodes.length; set++) {
      long asked = 0;
      for (int part = 0; part < left.length; part++) {
        asked += (set >> part & 1) == 1 ? left[part] : 0;
      }
      for (int i = 0; i < kinds && asked > 0; i++) {
        asked -= (present[i] & set) != 0 ? nodes[present[i]] : 0;
      }
      if (asked > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Chooses: nodes in their order, each for the first part that it can serve without making the
   * rest impossible.
   *
   * @param masks of every node
   * @return the numbers of the nodes, part by part, or null when there is no choice
   */
  public int[] choose(byte[] masks) {
    long[] nodes = new long[1 << wanted.length];
    for (byte mask : masks) {
      nodes[Byte.toUnsignedInt(mask)]++;
    }
    if (!possible(nodes)) {
      return null;
    }
    int[] left = wanted.clone();
    int[] next = new int[wanted.length];
    for (int part = 1; part < wanted.length; part++) {
      next[part] = next[part - 1] + wanted[part - 1];
    }
    int[] chosen = new int[total];
    int missing = total;
    for (int node = 0; missing > 0; node++) {
      int mask = Byte.toUnsignedInt(masks[node]);
      int part = mask == 0 ? -1 : serve(mask, nodes, left);
      if (part >= 0) {
        chosen[next[part]++] = node;
        missing--;
      }
    }
    return chosen;
  }

  /** Takes a node out of the counts and gives it to a part, or to none. */
  private static int serve(int mask, long[] nodes, int[] left) {
    nodes[mask]--;
    for (int part = 0; part < left.length; part++) {
      if ((mask >> part & 1) == 1 && left[part] > 0) {
        left[part]--;
        if (possible(nodes, left)) {
          return part;
        }
        left[part]++;
      }
    }
    return -1;
  }
}
