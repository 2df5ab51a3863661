package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;

/** Where numbered nodes lie on the switches, and choices of nodes that look at it. */
public final class Fabric {
  private final int[] leaf;
  private final int leaves;
  private final List<Switches.Row> rows;

  /** The numbers of the nodes in the order of leaves and of counted names: who is next to whom. */
  private final int[] inOrder;

  /** Of nodes that are numbered in the order of these names. */
  public Fabric(Switches switches, List<NodeName> names) {
    this.leaf = new int[names.size()];
    this.leaves = switches.leaves();
    this.rows = switches.rows();
    List<Integer> order = new ArrayList<>();
    for (int node = 0; node < leaf.length; node++) {
      leaf[node] = switches.leafOf(names.get(node));
      order.add(node);
    }
    order.sort(
        Comparator.comparingInt((Integer node) -> leaf[node])
            .thenComparing(names::get, CountingOrder.INSTANCE));
    this.inOrder = order.stream().mapToInt(node -> node).toArray();
  }

  /** Whether any node is closer to another than to any. */
  public boolean hasSwitches() {
    return leaves > 0;
  }

  /** How many nodes. */
  int nodes() {
    return leaf.length;
  }

  /** How many numbers of places there are at most. */
  int places() {
    return leaves + leaf.length;
  }

  /** The numbers of the nodes in the order in which they lie side by side. */
  int[] inOrder() {
    return inOrder;
  }

  /** A choice within the switch with the fewest leaves below it that has one, else any. */
  int[] packed(Parts parts, byte[] masks) {
    int[] perLeaf = new int[leaves + 1];
    for (int node = 0; node < leaf.length; node++) {
      perLeaf[leaf[node]] += masks[node] != 0 ? 1 : 0;
    }
    int needed = parts.total();
    for (int node = leaf.length; node < masks.length; node++) {
      needed -= masks[node] != 0 ? 1 : 0;
    }
    for (Switches.Row row : rows) {
      int able = 0;
      for (int each = row.from(); each < row.beyond(); each++) {
        able += perLeaf[each];
      }
      int[] chosen = able < needed ? null : parts.choose(within(row, masks));
      if (chosen != null) {
        return chosen;
      }
    }
    return parts.choose(masks);
  }

  /** The nodes below a switch alone, and what is no node. */
  private byte[] within(Switches.Row row, byte[] masks) {
    byte[] inside = masks.clone();
    for (int node = 0; node < leaf.length; node++) {
      if (leaf[node] < row.from() || leaf[node] >= row.beyond()) {
        inside[node] = 0;
      }
    }
    return inside;
  }

  /** A choice that takes one node of each leaf, then a second one of each, and so on. */
  int[] spread(Parts parts, byte[] masks) {
    int[] turn = new int[masks.length];
    int[] taken = new int[leaves + 1];
    List<Integer> order = new ArrayList<>();
    for (int node = 0; node < masks.length; node++) {
      if (masks[node] != 0) {
        turn[node] = node < leaf.length ? taken[leaf[node]]++ : 0;
        order.add(node);
      }
    }
    order.sort(Comparator.comparingInt(node -> turn[node]));
    byte[] ordered = new byte[order.size()];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = masks[order.get(i)];
    }
    int[] chosen = parts.choose(ordered);
    for (int i = 0; chosen != null && i < chosen.length; i++) {
      chosen[i] = order.get(chosen[i]);
    }
    return chosen;
  }

  /**
   * A choice of nodes that lie side by side, on so few leaves: the first such row.
   *
   * @param most on how many leaves; 0 for any number
   * @return their numbers part by part, or null when there is no such row
   */
  int[] inRow(Parts parts, byte[] masks, int most) {
    long[] nodes = new long[1 << parts.count()];
    int wanted = parts.total() - elsewhere(parts, masks, nodes);
    int from = 0;
    for (int at = 0; at < inOrder.length; at++) {
      int mask = Byte.toUnsignedInt(masks[inOrder[at]]);
      if (mask == 0) {
        while (from < at) {
          nodes[Byte.toUnsignedInt(masks[inOrder[from++]])]--;
        }
        from = at + 1;
        continue;
      }
      nodes[mask]++;
      while (at - from >= wanted || (most > 0 && leavesOf(from, at) > most)) {
        nodes[Byte.toUnsignedInt(masks[inOrder[from++]])]--;
      }
      if (at - from + 1 == wanted && parts.possible(nodes)) {
        byte[] inside = elsewhere(masks);
        for (int i = from; i <= at; i++) {
          inside[inOrder[i]] = masks[inOrder[i]];
        }
        return parts.choose(inside);
      }
    }
    return null;
  }

  /** Counts what is no node by its mask; says how many are wanted of parts that it serves. */
  private int elsewhere(Parts parts, byte[] masks, long[] nodes) {
    int all = 0;
    for (int i = leaf.length; i < masks.length; i++) {
      nodes[Byte.toUnsignedInt(masks[i])]++;
      all |= masks[i];
    }
    int wanted = 0;
    for (int part = 0; part < parts.count(); part++) {
      wanted += (all >> part & 1) == 1 ? parts.wanted(part) : 0;
    }
    return wanted;
  }

  /** Only what is no node. */
  private byte[] elsewhere(byte[] masks) {
    byte[] out = masks.clone();
    Arrays.fill(out, 0, leaf.length, (byte) 0);
    return out;
  }

  /** On how many leaves a row is; a node on no leaf is on one of its own. */
  int leavesOf(int from, int to) {
    int count = 1;
    for (int at = from + 1; at <= to; at++) {
      int here = leaf[inOrder[at]];
      count += here != leaf[inOrder[at - 1]] || here == leaves ? 1 : 0;
    }
    return count;
  }

  /**
   * A choice of nodes on so many leaves: those that have most nodes, beside those that cannot be
   * done without; of several parts on one leaf, the first leaf that has a choice; of several parts
   * on more leaves, where those with most nodes do not have what all parts need, what {@link
   * FewLeaves} finds.
   *
   * @return their numbers part by part, or null when there is no such choice
   */
  int[] onFewLeaves(Parts parts, byte[] masks, int most) {
    int wanted = parts.total() - elsewhere(parts, masks, new long[1 << parts.count()]);
    if (most > 1 || parts.wanted(0) == wanted) {
      int[] richest = onLeavesWithMost(parts, masks, most);
      return richest != null || parts.count() == 1 ? richest : onFoundLeaves(parts, masks, most);
    }
    for (int each = 0; each < leaves; each++) {
      byte[] inside = elsewhere(masks);
      for (int node = 0; node < leaf.length; node++) {
        inside[node] = leaf[node] == each ? masks[node] : 0;
      }
      int[] chosen = parts.choose(inside);
      if (chosen != null) {
        return chosen;
      }
    }
    for (int node = 0; node < leaf.length; node++) {
      byte[] inside = leaf[node] == leaves && masks[node] != 0 ? elsewhere(masks) : null;
      if (inside != null) {
        inside[node] = masks[node];
        int[] chosen = parts.choose(inside);
        if (chosen != null) {
          return chosen;
        }
      }
    }
    return null;
  }

  private int[] onFoundLeaves(Parts parts, byte[] masks, int most) {
    long[] around = new long[1 << parts.count()];
    elsewhere(parts, masks, around);
    TreeMap<Integer, long[]> byPlace = new TreeMap<>();
    for (int node = 0; node < leaf.length; node++) {
      if (masks[node] != 0) {
        byPlace
            .computeIfAbsent(placeOf(node), _ -> new long[around.length])[
            Byte.toUnsignedInt(masks[node])]++;
      }
    }
    List<Integer> places = new FewLeaves(parts, around).choose(byPlace, most);
    if (places == null) {
      return null;
    }
    TreeSet<Integer> chosen = new TreeSet<>(places);
    byte[] inside = elsewhere(masks);
    for (int node = 0; node < leaf.length; node++) {
      inside[node] = chosen.contains(placeOf(node)) ? masks[node] : 0;
    }
    return parts.choose(inside);
  }

  /** A leaf, or the node itself where it is on none. */
  int placeOf(int node) {
    return leaf[node] < leaves ? leaf[node] : leaves + node;
  }

  private int[] onLeavesWithMost(Parts parts, byte[] masks, int most) {
    boolean[] use = new boolean[leaves];
    byte[] inside = elsewhere(masks);
    int used = 0;
    int wanted = parts.total() - elsewhere(parts, masks, new long[1 << parts.count()]);
    int[] able = new int[leaves];
    int alone = 0;
    boolean all = needsAll(parts, masks);
    for (int node = 0; node < leaf.length; node++) {
      boolean must = all && (masks[node] & 1) == 1;
      if (masks[node] != 0 && leaf[node] < leaves) {
        able[leaf[node]]++;
        used += must && !use[leaf[node]] ? 1 : 0;
        use[leaf[node]] |= must;
      } else if (must) {
        inside[node] = masks[node];
        used++;
        wanted--;
      } else if (masks[node] != 0) {
        alone++;
      }
    }
    List<Integer> best = new ArrayList<>();
    for (int each = 0; each < leaves; each++) {
      best.add(each);
      wanted -= use[each] ? able[each] : 0;
    }
    best.sort(Comparator.comparingInt((Integer each) -> -able[each]));
    for (int each : best) {
      if (wanted > 0 && used < most && able[each] > 0 && !use[each]) {
        use[each] = true;
        wanted -= able[each];
        used++;
      }
    }
    int fromAlone = Math.min(alone, Math.min(Math.max(0, wanted), most - used));
    return used > most || wanted > fromAlone
        ? null
        : parts.choose(filled(inside, masks, use, fromAlone));
  }

  /** Whether of several parts the first needs every node that can serve it. */
  private boolean needsAll(Parts parts, byte[] masks) {
    int serve = 0;
    for (int node = 0; node < leaf.length; node++) {
      serve += masks[node] & 1;
    }
    return serve == parts.wanted(0);
  }

  private byte[] filled(byte[] inside, byte[] masks, boolean[] use, int alone) {
    int aloneLeft = alone;
    for (int node = 0; node < leaf.length; node++) {
      boolean onLeaf = leaf[node] < leaves;
      if (masks[node] != 0 && inside[node] == 0 && (onLeaf ? use[leaf[node]] : aloneLeft-- > 0)) {
        inside[node] = masks[node];
      }
    }
    return inside;
  }
}
