package org.queqiao.server.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.runtime.feed.FeedListener;

/**
 * How many cores were held, up and installed at every instant, told by the facts from the first on.
 *
 * <pre>
 *   minutes: whole minutes of core-milliseconds     | changes: each step up or down, exact
 *   ------------------------------------------------+------------------------------------> time
 *                                                horizon
 * </pre>
 *
 * The newest changes are kept as they are; older ones are added up by the minute, which bounds the
 * memory. A run counts from its allocation to its end, as it is billed, so an end that is learnt
 * late corrects what was counted.
 */
public final class Utilisation implements FeedListener {
  private static final long MINUTE_MS = 60_000;

  private final int maxChanges;
  private final int maxMinutes;
  private final TreeMap<Long, Cores> changes = new TreeMap<>();
  private final TreeMap<Long, CoreTime> minutes = new TreeMap<>();
  private final Map<JobId, Integer> runs = new HashMap<>();
  private final Map<NodeName, Node> nodes = new HashMap<>();
  private Cores atHorizon = new Cores(0, 0, 0);
  private long horizonMs;
  private long position;

  /** How a node counts. */
  private record Node(int cores, boolean up) {}

  /** Cores at an instant, or by how much they change. */
  private record Cores(long allocated, long up, long total) {
    Cores plus(Cores other) {
      return new Cores(
          Math.addExact(allocated, other.allocated),
          Math.addExact(up, other.up),
          Math.addExact(total, other.total));
    }

    CoreTime during(long ms) {
      return new CoreTime(
          Math.multiplyExact(allocated, ms),
          Math.multiplyExact(up, ms),
          Math.multiplyExact(total, ms));
    }
  }

  /**
   * Core time in core-milliseconds.
   *
   * @param allocatedCoreMs held by runs
   * @param upCoreMs of nodes that took part
   * @param totalCoreMs of all nodes that were known
   */
  public record CoreTime(long allocatedCoreMs, long upCoreMs, long totalCoreMs) {
    static final CoreTime NONE = new CoreTime(0, 0, 0);

    CoreTime plus(CoreTime other) {
      return new CoreTime(
          Math.addExact(allocatedCoreMs, other.allocatedCoreMs),
          Math.addExact(upCoreMs, other.upCoreMs),
          Math.addExact(totalCoreMs, other.totalCoreMs));
    }

    CoreTime part(long ms, long ofMs) {
      return new CoreTime(
          Math.multiplyExact(allocatedCoreMs, ms) / ofMs,
          Math.multiplyExact(upCoreMs, ms) / ofMs,
          Math.multiplyExact(totalCoreMs, ms) / ofMs);
    }
  }

  /** Core time of a step. */
  public record Step(long fromMs, long toMs, CoreTime time) {}

  /**
   * Nothing yet.
   *
   * @param maxChanges exact changes kept
   * @param maxMinutes minutes kept before them
   */
  public Utilisation(int maxChanges, int maxMinutes) {
    this.maxChanges = maxChanges;
    this.maxMinutes = maxMinutes;
  }

  @Override
  public synchronized void committed(List<LoggedEvent> events) {
    for (LoggedEvent each : events) {
      apply(each);
      position = each.position();
    }
    compact();
  }

  private void apply(LoggedEvent logged) {
    long nowMs = logged.timeMs();
    switch (logged.event()) {
      case JobAllocated e -> {
        int cores = 0;
        for (Allocation each : e.allocations()) {
          cores = Math.addExact(cores, each.cores().size());
        }
        runs.put(e.run().job(), cores);
        change(nowMs, new Cores(cores, 0, 0));
      }
      case JobEnded e -> free(e.job(), e.endMs());
      case JobRequeued e -> free(e.run().job(), e.endMs());
      case NodeRegistered e -> {
        Node before = nodes.getOrDefault(e.facts().name(), new Node(0, false));
        become(e.facts().name(), new Node(e.facts().cores(), before.up()), nowMs);
      }
      case NodeUp e -> become(e.node(), new Node(nodes.get(e.node()).cores(), true), nowMs);
      case NodeDown e -> become(e.node(), new Node(nodes.get(e.node()).cores(), false), nowMs);
      default -> {
        // No other fact moves cores.
      }
    }
  }

  private void free(JobId job, long atMs) {
    Integer cores = runs.remove(job);
    if (cores != null) {
      change(atMs, new Cores(-cores, 0, 0));
    }
  }

  private void become(NodeName name, Node next, long nowMs) {
    Node before = nodes.getOrDefault(name, new Node(0, false));
    nodes.put(name, next);
    long up = (next.up() ? (long) next.cores() : 0) - (before.up() ? before.cores() : 0);
    change(nowMs, new Cores(0, up, next.cores() - before.cores()));
  }

  private void change(long atMs, Cores by) {
    if (atMs >= horizonMs) {
      changes.merge(atMs, by, Cores::plus);
      return;
    }
    atHorizon = atHorizon.plus(by);
    spread(atMs, horizonMs, by);
  }

  /** Adds a constant number of cores to the minutes of a range. */
  private void spread(long fromMs, long toMs, Cores cores) {
    for (long at = fromMs; at < toMs; ) {
      long minute = at - Math.floorMod(at, MINUTE_MS);
      long until = Math.min(toMs, minute + MINUTE_MS);
      if (minutes.isEmpty() || minute >= minutes.firstKey() || minutes.size() < maxMinutes) {
        minutes.merge(minute, cores.during(until - at), CoreTime::plus);
      }
      at = until;
    }
  }

  /** Moves the horizon on to a whole minute once there are too many changes. */
  private void compact() {
    while (changes.size() > maxChanges) {
      long middle = changes.firstKey() + Math.max(0, (changes.lastKey() - changes.firstKey()) / 2);
      long until = middle - Math.floorMod(middle, MINUTE_MS) + MINUTE_MS;
      foldUntil(until);
    }
    while (minutes.size() > maxMinutes) {
      minutes.pollFirstEntry();
    }
  }

  private void foldUntil(long untilMs) {
    long at = horizonMs == 0 ? changes.firstKey() : horizonMs;
    while (!changes.isEmpty() && changes.firstKey() < untilMs) {
      Map.Entry<Long, Cores> next = changes.pollFirstEntry();
      foldConstant(at, next.getKey());
      at = next.getKey();
      atHorizon = atHorizon.plus(next.getValue());
    }
    foldConstant(at, untilMs);
    horizonMs = untilMs;
  }

  private void foldConstant(long fromMs, long toMs) {
    spread(Math.max(fromMs, toMs - Math.multiplyExact(MINUTE_MS, maxMinutes)), toMs, atHorizon);
  }

  /** The last position taken in; history is being read while this is behind the durable end. */
  public synchronized long position() {
    return position;
  }

  /**
   * Core time of each step of a range. Instants after now count as they are now: callers end the
   * range at the present.
   */
  public synchronized List<Step> steps(long fromMs, long toMs, long stepMs) {
    List<Step> steps = new ArrayList<>();
    for (long at = fromMs; at < toMs; at = Math.addExact(at, stepMs)) {
      long until = Math.min(toMs, Math.addExact(at, stepMs));
      steps.add(new Step(at, until, CoreTime.NONE));
    }
    addMinutes(steps, fromMs, Math.min(toMs, horizonMs), stepMs);
    addChanges(steps, Math.max(fromMs, horizonMs), toMs, fromMs, stepMs);
    return steps;
  }

  private void addMinutes(List<Step> steps, long fromMs, long toMs, long stepMs) {
    if (fromMs >= toMs) {
      return;
    }
    long first = fromMs - Math.floorMod(fromMs, MINUTE_MS);
    for (Map.Entry<Long, CoreTime> each : minutes.subMap(first, toMs).entrySet()) {
      long at = Math.max(fromMs, each.getKey());
      long end = Math.min(toMs, each.getKey() + MINUTE_MS);
      while (at < end) {
        int index = Math.toIntExact((at - fromMs) / stepMs);
        long until = Math.min(end, steps.get(index).toMs());
        add(steps, index, each.getValue().part(until - at, MINUTE_MS));
        at = until;
      }
    }
  }

  private void addChanges(List<Step> steps, long fromMs, long toMs, long baseMs, long stepMs) {
    if (fromMs >= toMs) {
      return;
    }
    Cores cores = atHorizon;
    for (Cores each : changes.headMap(fromMs, true).values()) {
      cores = cores.plus(each);
    }
    long at = fromMs;
    for (Map.Entry<Long, Cores> each : changes.subMap(fromMs, false, toMs, false).entrySet()) {
      addConstant(steps, at, each.getKey(), cores, baseMs, stepMs);
      at = each.getKey();
      cores = cores.plus(each.getValue());
    }
    addConstant(steps, at, toMs, cores, baseMs, stepMs);
  }

  private static void addConstant(
      List<Step> steps, long fromMs, long toMs, Cores cores, long baseMs, long stepMs) {
    for (long at = fromMs; at < toMs; ) {
      int index = Math.toIntExact((at - baseMs) / stepMs);
      long until = Math.min(toMs, steps.get(index).toMs());
      add(steps, index, cores.during(until - at));
      at = until;
    }
  }

  private static void add(List<Step> steps, int index, CoreTime more) {
    Step step = steps.get(index);
    steps.set(index, new Step(step.fromMs(), step.toMs(), step.time().plus(more)));
  }
}
