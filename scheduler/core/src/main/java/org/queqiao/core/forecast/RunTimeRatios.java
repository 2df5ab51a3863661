package org.queqiao.core.forecast;

import java.util.TreeMap;
import org.queqiao.contract.id.UserName;

/**
 * Which part of their time limits runs lasted, of each user and of all together: counts in
 * fiftieths of the limit. Learns without end in bounded memory, and forgets slowly: when a row has
 * counted enough, all its counts are halved.
 */
public final class RunTimeRatios {
  /** How many parts a limit is divided into. */
  static final int PARTS = 50;

  /** So many runs of a user say more than those of everybody. */
  private static final int ENOUGH_OF_USER = 10;

  /** With fewer runs in all nothing is known. */
  private static final int ENOUGH = 20;

  private static final int MOST_COUNTED = 4_000;
  private static final int MOST_USERS = 20_000;

  private final TreeMap<UserName, Row> users;
  private final Row all;
  private long runs;

  /** Nothing is known yet. */
  public RunTimeRatios() {
    this(new TreeMap<>(), new Row(), 0);
  }

  private RunTimeRatios(TreeMap<UserName, Row> users, Row all, long runs) {
    this.users = users;
    this.all = all;
    this.runs = runs;
  }

  /** A copy that stays as it is. */
  public RunTimeRatios copy() {
    TreeMap<UserName, Row> copies = new TreeMap<>();
    users.forEach((user, row) -> copies.put(user, row.copy()));
    return new RunTimeRatios(copies, all.copy(), runs);
  }

  /** A run has ended after a part of its limit. */
  public void ended(UserName user, long runMs, long limitMs) {
    int part = part(Math.min(runMs, limitMs), limitMs);
    all.count(part);
    runs++;
    Row row = users.get(user);
    if (row == null && users.size() < MOST_USERS) {
      row = new Row();
      users.put(user, row);
    }
    if (row != null) {
      row.count(part);
    }
  }

  private static int part(long ms, long limitMs) {
    return (int) Math.min(PARTS - 1, Math.multiplyExact(Math.max(0, ms), PARTS) / limitMs);
  }

  /** How many runs were learnt from. */
  public long runs() {
    return runs;
  }

  /** Whether anything can be said. */
  public boolean known() {
    return all.total >= ENOUGH;
  }

  /**
   * A run time drawn from what is known.
   *
   * @param limitMs the longest it may run
   * @param beyondMs it has lasted this long already
   * @param random bits to draw with
   * @return more than {@code beyondMs}; the limit when nothing is known
   */
  long draw(UserName user, long limitMs, long beyondMs, long random) {
    Row row = users.get(user);
    if (row == null || row.total < ENOUGH_OF_USER) {
      row = all;
    }
    if (!known() || beyondMs >= limitMs) {
      return limitMs;
    }
    int from = part(beyondMs, limitMs);
    int beyond = row.from(from);
    if (beyond == 0) {
      return limitMs;
    }
    int drawn = row.partOf(from, (int) Long.remainderUnsigned(random, beyond));
    long partMs = Math.max(1, limitMs / PARTS);
    long withinMs = Long.remainderUnsigned(random >>> 32, partMs);
    long runMs = Math.multiplyExact(limitMs, drawn) / PARTS + withinMs;
    return Math.clamp(runMs, beyondMs + 1, Math.max(beyondMs + 1, limitMs));
  }

  /** Counts by part of the limit. */
  private static final class Row {
    private final int[] counts = new int[PARTS];
    private int total;

    private Row copy() {
      Row copy = new Row();
      System.arraycopy(counts, 0, copy.counts, 0, PARTS);
      copy.total = total;
      return copy;
    }

    private void count(int part) {
      counts[part]++;
      total++;
      if (total >= MOST_COUNTED) {
        total = 0;
        for (int i = 0; i < PARTS; i++) {
          counts[i] /= 2;
          total += counts[i];
        }
      }
    }

    private int from(int part) {
      int sum = 0;
      for (int i = part; i < PARTS; i++) {
        sum += counts[i];
      }
      return sum;
    }

    private int partOf(int from, int nth) {
      int left = nth;
      int part = from;
      while (left >= counts[part]) {
        left -= counts[part];
        part++;
      }
      return part;
    }
  }
}
