package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Chooses nodes for several components of a job of which some must lie side by side or on so many
 * leaf switches, each for itself.
 *
 * <p>Rows are tried from the first place on; whether those that are left still have room behind a
 * place is known beforehand. Leaves are tried in sets, those with most nodes first. What remains is
 * a choice of {@link Parts}. The search is complete up to a bound of tries; what it would find
 * behind that it does not find.
 */
final class ComponentLayout {
  /** How many choices of rows and leaves are tried at most. */
  static final int MAX_TRIES = 2_000;

  /** How many nodes are looked at in all of them: on a large cluster fewer are tried. */
  static final int MAX_LOOKED = 2_000_000;

  private final Fabric fabric;
  private final Parts parts;
  private final List<Must> rows = new ArrayList<>();
  private final List<Must> onLeaves = new ArrayList<>();
  private final int maxTries;
  private int tries;

  /**
   * How the nodes of a component must lie.
   *
   * @param parts its parts, as a mask
   * @param contiguous whether side by side
   * @param switches on how many leaves at most; 0 for any number
   */
  record Must(int parts, boolean contiguous, int switches) {}

  ComponentLayout(Fabric fabric, Parts parts, List<Must> musts) {
    this.fabric = fabric;
    this.parts = parts;
    this.maxTries = Math.clamp(MAX_LOOKED / (fabric.nodes() + 1), 1, MAX_TRIES);
    for (Must each : musts) {
      (each.contiguous() ? rows : onLeaves).add(each);
    }
  }

  /**
   * Chooses.
   *
   * @return the numbers of the nodes part by part, or null when there is no choice
   */
  int[] choose(byte[] masks) {
    byte[] reduced = reserved(masks);
    if (!parts.possible(counted(reduced))) {
      return null;
    }
    Rows search = new Rows(reduced);
    return search.canEnd[0][0] ? search.place(0, 0, reduced) : null;
  }

  /** How many nodes were looked at to choose. */
  long looked() {
    return (1L + Math.min(tries, maxTries)) * fabric.nodes();
  }

  /** Where a part needs every node that can serve it, these serve nothing else. */
  private byte[] reserved(byte[] masks) {
    byte[] reduced = masks.clone();
    for (int part = 0; part < parts.count(); part++) {
      int able = 0;
      for (byte mask : masks) {
        able += mask >> part & 1;
      }
      for (int i = 0; i < masks.length && able == parts.wanted(part); i++) {
        reduced[i] &= (masks[i] >> part & 1) == 1 ? (byte) (1 << part) : (byte) -1;
      }
    }
    return reduced;
  }

  private long[] counted(byte[] masks) {
    long[] nodes = new long[1 << parts.count()];
    for (byte mask : masks) {
      nodes[Byte.toUnsignedInt(mask)]++;
    }
    return nodes;
  }

  private int wanted(int set) {
    int wanted = 0;
    for (int part = 0; part < parts.count(); part++) {
      wanted += (set >> part & 1) == 1 ? parts.wanted(part) : 0;
    }
    return wanted;
  }

  /** Places the rows, then the rest. */
  private final class Rows {
    private final int[] inOrder = fabric.inOrder();
    private final int[] length = new int[rows.size()];

    /** Whether a row can begin at a place. */
    private final boolean[][] fits = new boolean[rows.size()][];

    /** Whether the rows that are not in a set can lie from a place on. */
    private final boolean[][] canEnd = new boolean[inOrder.length + 1][1 << rows.size()];

    private Rows(byte[] masks) {
      for (int row = 0; row < rows.size(); row++) {
        length[row] = wanted(rows.get(row).parts());
        fits[row] = beginnings(masks, row);
      }
      int all = (1 << rows.size()) - 1;
      for (int at = inOrder.length; at >= 0; at--) {
        for (int set = 0; set <= all; set++) {
          boolean can = set == all || at < inOrder.length && canEnd[at + 1][set];
          for (int row = 0; row < rows.size() && !can; row++) {
            can =
                (set >> row & 1) == 0 && fits(row, at) && canEnd[at + length[row]][set | 1 << row];
          }
          canEnd[at][set] = can;
        }
      }
    }

    private boolean fits(int row, int at) {
      return at < inOrder.length && fits[row][at];
    }

    private boolean[] beginnings(byte[] masks, int row) {
      Must must = rows.get(row);
      boolean[] out = new boolean[inOrder.length];
      long[] nodes = new long[1 << parts.count()];
      int able = 0;
      for (int at = 0; at < inOrder.length; at++) {
        int mask = masks[inOrder[at]] & must.parts();
        nodes[mask]++;
        able = mask == 0 ? 0 : able + 1;
        int from = at - length[row] + 1;
        if (from > 0) {
          nodes[masks[inOrder[from - 1]] & must.parts()]--;
        }
        if (able >= length[row]) {
          boolean near = must.switches() == 0 || fabric.leavesOf(from, at) <= must.switches();
          out[from] = near && parts.only(must.parts()).possible(nodes);
        }
      }
      return out;
    }

    /** Tries the places from one on for the rows that are not in a set. */
    private int[] place(int from, int set, byte[] masks) {
      if (set == (1 << rows.size()) - 1) {
        return onLeaves(0, masks);
      }
      for (int at = from; at < inOrder.length && canEnd[at][set]; at++) {
        for (int row = 0; row < rows.size(); row++) {
          boolean may =
              (set >> row & 1) == 0 && fits(row, at) && canEnd[at + length[row]][set | 1 << row];
          if (may && tries++ < maxTries) {
            int[] found = place(at + length[row], set | 1 << row, without(masks, row, at));
            if (found != null) {
              return found;
            }
          }
        }
      }
      return null;
    }

    /** What each node can serve when a row is at a place. */
    private byte[] without(byte[] masks, int row, int at) {
      int mine = rows.get(row).parts();
      byte[] out = masks.clone();
      for (int i = 0; i < inOrder.length; i++) {
        boolean inside = i >= at && i < at + length[row];
        out[inOrder[i]] &= (byte) (inside ? mine : ~mine);
      }
      return out;
    }
  }

  /** Tries sets of leaves for the components from one on, and chooses. */
  private int[] onLeaves(int next, byte[] masks) {
    if (next == onLeaves.size()) {
      return parts.choose(masks);
    }
    Must must = onLeaves.get(next);
    TreeMap<Integer, Integer> able = new TreeMap<>();
    for (int node = 0; node < fabric.nodes(); node++) {
      if ((masks[node] & must.parts()) != 0) {
        able.merge(fabric.placeOf(node), 1, Integer::sum);
      }
    }
    List<Integer> places = new ArrayList<>(able.keySet());
    places.sort(Comparator.comparingInt((Integer place) -> -able.get(place)));
    int[] chosen = new int[Math.min(must.switches(), places.size())];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = i;
    }
    do {
      int[] found = tries++ < maxTries ? onLeaves(next, masks, places, chosen) : null;
      if (found != null) {
        return found;
      }
    } while (tries < maxTries && next(chosen, places.size()));
    return null;
  }

  private int[] onLeaves(int next, byte[] masks, List<Integer> places, int[] chosen) {
    int mine = onLeaves.get(next).parts();
    boolean[] use = new boolean[fabric.places()];
    for (int each : chosen) {
      use[places.get(each)] = true;
    }
    byte[] out = masks.clone();
    for (int node = 0; node < fabric.nodes(); node++) {
      out[node] &= (byte) (use[fabric.placeOf(node)] ? -1 : ~mine);
    }
    return parts.possible(counted(out)) ? onLeaves(next + 1, out) : null;
  }

  /** The next set of so many of so many, in order; false behind the last. */
  private static boolean next(int[] chosen, int of) {
    int i = chosen.length - 1;
    while (i >= 0 && chosen[i] == of - chosen.length + i) {
      i--;
    }
    if (i < 0) {
      return false;
    }
    chosen[i]++;
    for (int j = i + 1; j < chosen.length; j++) {
      chosen[j] = chosen[j - 1] + 1;
    }
    return true;
  }
}
