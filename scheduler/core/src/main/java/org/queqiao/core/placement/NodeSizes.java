package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/** Sizes of nodes that are tried one after the other. */
public final class NodeSizes {
  private NodeSizes() {}

  /** All of them from the least on; of more than so many some, with the least and the greatest. */
  public static List<Long> some(SortedSet<Long> sizes, int most) {
    List<Long> all = List.copyOf(sizes);
    if (all.size() <= most) {
      return all;
    }
    List<Long> some = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      some.add(all.get(i * (all.size() - 1) / (most - 1)));
    }
    return some;
  }
}
