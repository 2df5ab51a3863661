package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Chooses so few places (leaf switches, or nodes on none) that the nodes there can serve all parts
 * of a job. How many nodes of a place can serve some of a set of parts adds up over places, so by
 * Hall's condition this is: as few rows of numbers as possible whose sum is nowhere less than what
 * the sets of parts want. Places with the same row are one kind.
 *
 * <p>The search takes the richest kinds first and turns back where even the best of what is left
 * would not be enough. It is complete up to a bound of steps; what it would find behind that it
 * does not find.
 */
final class FewLeaves {
  /** How many places are tried at most. */
  static final int MAX_STEPS = 50_000;

  private final int sets;
  private final long[] missing;
  private final List<Kind> kinds = new ArrayList<>();
  private long[][] richest;

  /** Places whose nodes serve alike. */
  private static final class Kind {
    private final long[] serves;
    private final List<Integer> places = new ArrayList<>();
    private int taken;

    private Kind(long[] serves) {
      this.serves = serves;
    }
  }

  /**
   * For parts of which some may be served elsewhere.
   *
   * @param elsewhere how many nodes of each mask are there whatever is chosen
   */
  FewLeaves(Parts parts, long[] elsewhere) {
    sets = 1 << parts.count();
    missing = new long[sets];
    for (int set = 1; set < sets; set++) {
      for (int part = 0; part < parts.count(); part++) {
        missing[set] += (set >> part & 1) == 1 ? parts.wanted(part) : 0;
      }
      missing[set] -= serving(elsewhere, set);
    }
  }

  private static long serving(long[] nodes, int set) {
    long count = 0;
    for (int mask = 1; mask < nodes.length; mask++) {
      count += (mask & set) != 0 ? nodes[mask] : 0;
    }
    return count;
  }

  /**
   * The places to take.
   *
   * @param byPlace how many nodes of each mask there are, by the number of the place
   * @param most how many places
   * @return their numbers, or null when there is no such choice or none was found
   */
  List<Integer> choose(TreeMap<Integer, long[]> byPlace, int most) {
    group(byPlace);
    int[] path = new int[Math.min(most, byPlace.size())];
    int depth = 0;
    int next = 0;
    for (int step = 0; step < MAX_STEPS; step++) {
      if (isEnough()) {
        return taken();
      }
      if (depth < path.length && next < kinds.size() && canBeEnough(next, path.length - depth)) {
        Kind kind = kinds.get(next);
        if (kind.taken == kind.places.size()) {
          next++;
        } else {
          take(kind, 1);
          path[depth++] = next;
        }
      } else if (depth == 0) {
        return null;
      } else {
        next = path[--depth];
        take(kinds.get(next++), -1);
      }
    }
    return null;
  }

  private void group(TreeMap<Integer, long[]> byPlace) {
    TreeMap<long[], Kind> known = new TreeMap<>(Arrays::compare);
    byPlace.forEach((place, nodes) -> {
      long[] serves = new long[sets];
      for (int set = 1; set < sets; set++) {
        serves[set] = serving(nodes, set);
      }
      known.computeIfAbsent(serves, Kind::new).places.add(place);
    });
    kinds.addAll(known.values());
    kinds.sort(Comparator.comparingLong(kind -> -worth(kind)));
    richest = new long[kinds.size()][sets];
    for (int i = kinds.size() - 1; i >= 0; i--) {
      for (int set = 1; set < sets; set++) {
        long behind = i + 1 < kinds.size() ? richest[i + 1][set] : 0;
        richest[i][set] = Math.max(behind, kinds.get(i).serves[set]);
      }
    }
  }

  private long worth(Kind kind) {
    long worth = 0;
    for (int set = 1; set < sets; set++) {
      worth += Math.min(kind.serves[set], Math.max(0, missing[set]));
    }
    return worth;
  }

  private boolean isEnough() {
    for (int set = 1; set < sets; set++) {
      if (missing[set] > 0) {
        return false;
      }
    }
    return true;
  }

  private boolean canBeEnough(int from, int places) {
    for (int set = 1; set < sets; set++) {
      if (missing[set] > richest[from][set] * places) {
        return false;
      }
    }
    return true;
  }

  private void take(Kind kind, int sign) {
    kind.taken += sign;
    for (int set = 1; set < sets; set++) {
      missing[set] -= sign * kind.serves[set];
    }
  }

  private List<Integer> taken() {
    List<Integer> out = new ArrayList<>();
    kinds.forEach(kind -> out.addAll(kind.places.subList(0, kind.taken)));
    return out;
  }
}
