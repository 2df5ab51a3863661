package org.queqiao.core.state;

import java.math.BigInteger;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Weighted use, each leaf by itself: of ended runs a sum, of running ones how much they add with
 * time. All in integers, so the order in which runs are told makes no difference.
 *
 * @param <K> whose use a leaf is
 */
final class UseLeaves<K extends Comparable<K>> {
  private final TreeMap<K, Leaf> leaves = new TreeMap<>();

  private static final class Leaf {
    private BigInteger closed = BigInteger.ZERO;
    private BigInteger begun = BigInteger.ZERO;
    private long rate;

    private boolean isEmpty() {
      return closed.signum() == 0 && begun.signum() == 0 && rate == 0;
    }
  }

  private Leaf leaf(K key) {
    return leaves.computeIfAbsent(key, _ -> new Leaf());
  }

  /** Runs that add so much with time, and their weight times the sum at their starts. */
  void running(K key, long rate, BigInteger begun) {
    Leaf leaf = leaf(key);
    leaf.rate = Math.addExact(leaf.rate, rate);
    leaf.begun = leaf.begun.add(begun);
    if (leaf.isEmpty()) {
      leaves.remove(key);
    }
  }

  /** So much was used by what has ended. */
  void closed(K key, BigInteger weighted) {
    Leaf leaf = leaf(key);
    leaf.closed = leaf.closed.add(weighted);
  }

  /** Past use counts in units that are 2^bits times as large; nothing may be running. */
  void shift(int bits) {
    leaves.values().forEach(each -> each.closed = each.closed.shiftRight(bits));
    leaves.values().removeIf(Leaf::isEmpty);
  }

  /** Past use counts by other weights; nothing may be running. */
  void scale(BigInteger unit, BigInteger weight) {
    leaves.values().forEach(each -> each.closed = each.closed.multiply(unit).divide(weight));
    leaves.values().removeIf(Leaf::isEmpty);
  }

  /** Weighted use of a leaf until the moment of this sum of weights. */
  BigInteger use(K key, BigInteger sum) {
    Leaf leaf = leaves.get(key);
    if (leaf == null) {
      return BigInteger.ZERO;
    }
    BigInteger open =
        leaf.rate == 0
            ? BigInteger.ZERO
            : BigInteger.valueOf(leaf.rate).multiply(sum).subtract(leaf.begun);
    return leaf.closed.add(open).max(BigInteger.ZERO);
  }

  boolean isEmpty() {
    return leaves.isEmpty();
  }

  /** Who used something or uses something now. */
  SortedSet<K> keys() {
    return Collections.unmodifiableSortedSet(leaves.navigableKeySet());
  }

  /** What ended runs used, where they used anything. */
  void forEachClosed(BiConsumer<K, BigInteger> each) {
    leaves.forEach((key, leaf) -> {
      if (leaf.closed.signum() != 0) {
        each.accept(key, leaf.closed);
      }
    });
  }

  /** Everything that is derived from running jobs, to be compared. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    leaves.forEach((key, leaf) -> {
      out.append(key).append(' ').append(leaf.rate).append(' ').append(leaf.begun).append('\n');
    });
    return out.toString();
  }
}
