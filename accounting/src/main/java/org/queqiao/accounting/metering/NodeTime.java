package org.queqiao.accounting.metering;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How many cores of a node are free while a reservation keeps it: those that it has, less those
 * that runs hold. What is stated late, as the end of a lost run, changes the past back to the
 * moment that is settled, and no further.
 */
final class NodeTime {
  private int held;
  private int cores;
  private boolean kept;
  private long fromMs;
  private final TreeMap<Long, Integer> more = new TreeMap<>();
  private final TreeMap<Long, Integer> sizes = new TreeMap<>();

  /**
   * @param held cores that runs hold now
   * @param cores that can be used now: 0 of a node that is down or drained
   */
  NodeTime(int held, int cores) {
    this.held = held;
    this.cores = cores;
  }

  /** A reservation keeps it from a moment on; of one that another keeps all goes on. */
  void keep(long atMs) {
    if (!kept) {
      kept = true;
      fromMs = atMs;
    }
  }

  /** No reservation keeps it any more; all until then is settled. */
  void leave(long atMs) {
    settled(Long.MAX_VALUE);
    fromMs = atMs;
    kept = false;
  }

  /** A run holds so many more cores from a moment on, or fewer. */
  void held(int change, long atMs) {
    if (kept) {
      more.merge(Math.max(atMs, fromMs), change, Math::addExact);
    } else {
      held = Math.addExact(held, change);
    }
  }

  /** It has so many cores that can be used from a moment on, whatever was said of later ones. */
  void cores(int number, long atMs) {
    if (!kept) {
      cores = number;
      return;
    }
    long fromThen = Math.max(atMs, fromMs);
    sizes.tailMap(fromThen, true).clear();
    sizes.put(fromThen, number);
  }

  /** How many moments it remembers. */
  int steps() {
    return more.size() + sizes.size();
  }

  /** Core-milliseconds that nobody held between two moments that are not settled. */
  long idleCoreMs(long beginMs, long endMs) {
    TreeSet<Long> cuts = new TreeSet<>(more.subMap(beginMs, false, endMs, false).keySet());
    cuts.addAll(sizes.subMap(beginMs, false, endMs, false).keySet());
    cuts.add(endMs);
    int used = held;
    for (int each : more.headMap(beginMs, true).values()) {
      used += each;
    }
    Map.Entry<Long, Integer> size = sizes.floorEntry(beginMs);
    int has = size == null ? cores : size.getValue();
    long sum = 0;
    long start = beginMs;
    for (long cut : cuts) {
      sum = Math.addExact(sum, Math.multiplyExact(Math.max(0, has - used), cut - start));
      used += more.getOrDefault(cut, 0);
      has = sizes.getOrDefault(cut, has);
      start = cut;
    }
    return sum;
  }

  /** Everything before a moment is settled. */
  void settled(long untilMs) {
    fromMs = untilMs;
    Map<Long, Integer> past = more.headMap(untilMs, true);
    for (int each : past.values()) {
      held = Math.addExact(held, each);
    }
    past.clear();
    Map.Entry<Long, Integer> size = sizes.floorEntry(untilMs);
    cores = size == null ? cores : size.getValue();
    sizes.headMap(untilMs, true).clear();
  }

  /** Everything as a text: {@code held,cores,kept,fromMs} and its steps. */
  String write() {
    List<String> all = new ArrayList<>(List.of(held + "," + cores + "," + kept + "," + fromMs));
    more.forEach((atMs, change) -> all.add("h" + atMs + "," + change));
    sizes.forEach((atMs, number) -> all.add("c" + atMs + "," + number));
    return String.join(";", all);
  }

  /** The same from its text. */
  static NodeTime read(String text) {
    String[] all = text.split(";");
    String[] first = all[0].split(",");
    NodeTime time = new NodeTime(Integer.parseInt(first[0]), Integer.parseInt(first[1]));
    time.kept = Boolean.parseBoolean(first[2]);
    time.fromMs = Long.parseLong(first[3]);
    for (int i = 1; i < all.length; i++) {
      String[] step = all[i].substring(1).split(",");
      TreeMap<Long, Integer> steps = all[i].charAt(0) == 'h' ? time.more : time.sizes;
      steps.put(Long.valueOf(step[0]), Integer.valueOf(step[1]));
    }
    return time;
  }
}
