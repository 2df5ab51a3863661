package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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
   * Nodes of the first part that lie side by side, on so few leaves: the first such row.
   *
   * @param most on how many leaves; 0 for any number
   * @return their numbers, or null when there is no such row
   */
  int[] row(byte[] masks, int wanted, int most) {
    int from = 0;
    for (int at = 0; at < inOrder.length; at++) {
      if ((masks[inOrder[at]] & 1) == 0) {
        from = at + 1;
        continue;
      }
      while (at - from >= wanted || (most > 0 && leavesOf(from, at) > most)) {
        from++;
      }
      if (at - from + 1 == wanted) {
        return Arrays.copyOfRange(inOrder, from, at + 1);
      }
    }
    return null;
  }

  /** A node on no leaf is on one of its own. */
  private int leavesOf(int from, int to) {
    int count = 1;
    for (int at = from + 1; at <= to; at++) {
      int here = leaf[inOrder[at]];
      count += here != leaf[inOrder[at - 1]] || here == leaves ? 1 : 0;
    }
    return count;
  }

  /**
   * Nodes of the first part on the leaves that have most of them, or null when they are too few.
   */
  int[] onFewLeaves(byte[] masks, int wanted, int most) {
    int[] able = new int[leaves];
    int alone = 0;
    for (int node = 0; node < leaf.length; node++) {
      if ((masks[node] & 1) == 1) {
        if (leaf[node] < leaves) {
          able[leaf[node]]++;
        } else {
          alone++;
        }
      }
    }
    List<Integer> best = new ArrayList<>();
    for (int each = 0; each < leaves; each++) {
      best.add(each);
    }
    best.sort(Comparator.comparingInt((Integer each) -> -able[each]));
    boolean[] use = new boolean[leaves];
    int left = wanted;
    int used = 0;
    for (int each : best) {
      if (left > 0 && used < most && able[each] > 0) {
        use[each] = true;
        left -= able[each];
        used++;
      }
    }
    int fromAlone = Math.min(alone, Math.min(Math.max(0, left), most - used));
    return left - fromAlone > 0 ? null : take(masks, wanted, use, fromAlone);
  }

  private int[] take(byte[] masks, int wanted, boolean[] use, int alone) {
    int[] chosen = new int[wanted];
    int count = 0;
    int aloneLeft = alone;
    for (int node = 0; node < leaf.length && count < wanted; node++) {
      if ((masks[node] & 1) == 0) {
        continue;
      }
      boolean onLeaf = leaf[node] < leaves;
      if (onLeaf ? use[leaf[node]] : aloneLeft-- > 0) {
        chosen[count++] = node;
      }
    }
    return chosen;
  }
}
