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
  private int[][] ids = new int[FIRST_ROWS][];
  private long[][] sums = new long[FIRST_ROWS][];
  private int rows;

  /**
   * For rows of so many keys and amounts.
   *
   * @param keys at least one
   */
  public KeyedSums(int keys, int amounts) {
    this.keys = keys;
    this.amounts = amounts;
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

  /** Adds a row: the number of each key, and the amounts. Both are kept. */
  public void add(int[] row, long... more) {
    if (rows == ids.length) {
      ids = Arrays.copyOf(ids, 2 * rows);
      sums = Arrays.copyOf(sums, 2 * rows);
    }
    ids[rows] = row;
    sums[rows] = more;
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
    int[] group = new int[rows];
    int groups = Math.min(1, rows);
    for (int key = 0; key < keys; key++) {
      groups = refine(key, group, groups);
    }
    int[] first = new int[groups];
    long[][] total = new long[groups][];
    for (int row = 0; row < rows; row++) {
      int at = group[row];
      if (total[at] == null) {
        first[at] = row;
        total[at] = Arrays.copyOf(sums[row], amounts);
      } else {
        for (int i = 0; i < amounts; i++) {
          total[at][i] = Math.addExact(total[at][i], sums[row][i]);
        }
      }
    }
    for (int at = 0; at < groups; at++) {
      String[] each = new String[keys];
      for (int key = 0; key < keys; key++) {
        each[key] = texts.get(key).get(ids[first[at]][key]);
      }
      taker.take(each, total[at]);
    }
  }

  /** Parts the groups of rows by one more key; groups are numbered in their order. */
  private int refine(int key, int[] group, int groups) {
    int[] rank = ranks(key);
    int distinct = Math.max(1, texts.get(key).size());
    long[] all = new long[rows];
    for (int row = 0; row < rows; row++) {
      all[row] = (long) group[row] * distinct + rank[ids[row][key]];
    }
    long[] sorted = all.clone();
    Arrays.sort(sorted);
    int count = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[count - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    for (int row = 0; row < rows; row++) {
      group[row] = Arrays.binarySearch(sorted, 0, count, all[row]);
    }
    return count;
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
