package org.queqiao.accounting.usage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up many rows by keys of few distinct texts each: a row is a few numbers, and no text is
 * compared twice. What comes out is in the order of the keys.
 */
public final class KeyedSums {
  private static final int FIRST_ROWS = 1_024;

  private final int keys;
  private final int amounts;
  private final List<Map<String, Integer>> numbers = new ArrayList<>();
  private final List<List<String>> texts = new ArrayList<>();
  private final int[][] ids;
  private final long[][] sums;
  private int rows;

  /**
   * For rows of so many keys and amounts.
   *
   * @param keys at least one
   */
  public KeyedSums(int keys, int amounts) {
    this.keys = keys;
    this.amounts = amounts;
    this.ids = new int[keys][FIRST_ROWS];
    this.sums = new long[amounts][FIRST_ROWS];
    for (int i = 0; i < keys; i++) {
      numbers.add(new HashMap<>());
      texts.add(new ArrayList<>());
    }
  }

  /** The number of a text among those of one key, the same whenever it is asked for. */
  public int number(int key, String text) {
    Integer known = numbers.get(key).get(text);
    if (known != null) {
      return known;
    }
    int fresh = texts.get(key).size();
    numbers.get(key).put(text, fresh);
    texts.get(key).add(text);
    return fresh;
  }

  /** Adds a row: the number of each key, and the amounts. */
  public void add(int[] row, long... more) {
    if (rows == ids[0].length) {
      for (int key = 0; key < keys; key++) {
        ids[key] = Arrays.copyOf(ids[key], 2 * rows);
      }
      for (int i = 0; i < amounts; i++) {
        sums[i] = Arrays.copyOf(sums[i], 2 * rows);
      }
    }
    for (int key = 0; key < keys; key++) {
      ids[key][rows] = row[key];
    }
    for (int i = 0; i < amounts; i++) {
      sums[i][rows] = more[i];
    }
    rows++;
  }

  /** Takes what came out. */
  public interface Taker {
    /**
     * One row.
     *
     * @param keys the text of each key
     * @param amounts what they sum to
     */
    void take(String[] keys, long[] amounts);
  }

  /**
   * Tells the sums in the order of their keys, the first key first.
   *
   * @throws ArithmeticException when a sum does not fit 64 bits
   */
  public void tell(Taker taker) {
    int[] order = order();
    long[] total = new long[amounts];
    for (int at = 0; at < rows; at++) {
      int row = order[at];
      for (int i = 0; i < amounts; i++) {
        total[i] = Math.addExact(total[i], sums[i][row]);
      }
      if (at == rows - 1 || !alike(row, order[at + 1])) {
        String[] each = new String[keys];
        for (int key = 0; key < keys; key++) {
          each[key] = texts.get(key).get(ids[key][row]);
        }
        taker.take(each, total);
        total = new long[amounts];
      }
    }
  }

  private boolean alike(int row, int other) {
    for (int key = 0; key < keys; key++) {
      if (ids[key][row] != ids[key][other]) {
        return false;
      }
    }
    return true;
  }

  /** The rows in the order of their keys: sorted by counting, from the last key to the first. */
  private int[] order() {
    int[] order = new int[rows];
    Arrays.setAll(order, row -> row);
    for (int key = keys - 1; key >= 0; key--) {
      order = sorted(order, ids[key], ranks(key));
    }
    return order;
  }

  /** Rows in the order of the ranks of their ids; alike ones stay in the order that they have. */
  private static int[] sorted(int[] order, int[] ids, int[] rank) {
    int[] next = new int[rank.length + 1];
    for (int row : order) {
      next[rank[ids[row]] + 1]++;
    }
    for (int at = 1; at < next.length; at++) {
      next[at] += next[at - 1];
    }
    int[] sorted = new int[order.length];
    for (int row : order) {
      sorted[next[rank[ids[row]]]++] = row;
    }
    return sorted;
  }

  private int[] ranks(int key) {
    List<String> all = texts.get(key);
    String[] sorted = all.toArray(String[]::new);
    Arrays.sort(sorted);
    int[] rank = new int[sorted.length];
    for (int at = 0; at < sorted.length; at++) {
      rank[numbers.get(key).get(sorted[at])] = at;
    }
    return rank;
  }
}
