package org.queqiao.core.forecast;

import java.util.TreeMap;
import org.queqiao.contract.id.UserName;

/**
 * Counts in so many parts, of each user and of all together. Counts without end in bounded memory,
 * and forgets slowly: when a row has counted enough, all its counts are halved.
 */
final class CountsByUser {
  private static final int MOST_COUNTED = 4_000;
  private static final int MOST_USERS = 20_000;

  private final int parts;
  private final TreeMap<UserName, Row> users = new TreeMap<>();
  private final Row all;

  /** Nothing is counted yet. */
  CountsByUser(int parts) {
    this.parts = parts;
    this.all = new Row(parts);
  }

  /** A copy that stays as it is. */
  CountsByUser copy() {
    CountsByUser copy = new CountsByUser(parts);
    copy.all.take(all);
    users.forEach((user, row) -> {
      Row same = new Row(parts);
      same.take(row);
      copy.users.put(user, same);
    });
    return copy;
  }

  void count(UserName user, int part) {
    all.count(part);
    Row row = users.get(user);
    if (row == null && users.size() < MOST_USERS) {
      row = new Row(parts);
      users.put(user, row);
    }
    if (row != null) {
      row.count(part);
    }
  }

  /** How much is counted of all together. */
  int total() {
    return all.total;
  }

  /** The row of a user once it has counted so much, before that the row of all. */
  Row of(UserName user, int enough) {
    Row row = users.get(user);
    return row == null || row.total < enough ? all : row;
  }

  /** Counts by part. */
  static final class Row {
    private final int[] counts;
    private int total;

    private Row(int parts) {
      counts = new int[parts];
    }

    private void take(Row other) {
      System.arraycopy(other.counts, 0, counts, 0, counts.length);
      total = other.total;
    }

    private void count(int part) {
      counts[part]++;
      total++;
      if (total >= MOST_COUNTED) {
        total = 0;
        for (int i = 0; i < counts.length; i++) {
          counts[i] /= 2;
          total += counts[i];
        }
      }
    }

    /**
     * Draws one of the parts from a given one on, each as often as it was counted.
     *
     * @param random bits to draw with
     * @return the part, or -1 when none of these was counted
     */
    int draw(int from, long random) {
      int beyond = 0;
      for (int i = from; i < counts.length; i++) {
        beyond += counts[i];
      }
      if (beyond == 0) {
        return -1;
      }
      int left = (int) Long.remainderUnsigned(random, beyond);
      int part = from;
      while (left >= counts[part]) {
        left -= counts[part];
        part++;
      }
      return part;
    }
  }
}
