package org.queqiao.simulator.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The rules of the default policy a second time, written for the reader: what is believed, who
 * comes first and what was promised is worked out anew from the whole past wherever it is needed.
 */
final class NaiveDefault {
  private static final long TWO_HOURS = 7_200;
  private static final long HOUR = 3_600;
  private static final long DAY = 86_400;

  private static final class J {
    int index;
    long submit;
    long run;
    long procs;
    long requested;
    int user;
    long pred;
    long start = -1;
    long promised = -1;
    boolean trial;

    boolean like(J other) {
      return user == other.user && procs == other.procs && requested == other.requested;
    }
  }

  private final long m;
  private final List<J> all = new ArrayList<>();
  private final List<J> queue = new ArrayList<>();
  private final List<J> running = new ArrayList<>();
  private final List<J> ended = new ArrayList<>();

  NaiveDefault(ReplayJobs jobs) {
    this.m = jobs.procs();
    for (int i = 0; i < jobs.count(); i++) {
      J j = new J();
      j.index = i;
      j.submit = jobs.submit(i);
      j.run = jobs.run(i);
      j.procs = jobs.size(i);
      j.requested = jobs.limit(i);
      j.user = jobs.user(i);
      all.add(j);
    }
  }

  long[] batch() {
    for (long t = next(-1); t < Long.MAX_VALUE; t = next(t)) {
      for (J j : all) {
        if (running.contains(j) && j.start + j.run == t) {
          running.remove(j);
          ended.add(j);
        }
      }
      for (J j : running) {
        if (j.start + j.pred <= t) {
          j.pred = j.requested;
        }
      }
      queue.forEach(j -> j.pred = believed(j));
      for (J j : all) {
        if (j.submit == t) {
          j.pred = believed(j);
          queue.add(j);
          sendOneAhead(j);
        }
      }
      pass(t);
    }
    return all.stream().mapToLong(j -> j.start).toArray();
  }

  private long next(long now) {
    long next = Long.MAX_VALUE;
    for (J j : all) {
      for (long t : new long[] {j.submit, running.contains(j) ? j.start + j.run : -1}) {
        next = t > now ? Math.min(next, t) : next;
      }
    }
    return next;
  }

  private long believed(J j) {
    List<J> seen = new ArrayList<>(ended);
    if (seen.stream().anyMatch(j::like)) {
      seen.removeIf(other -> !j.like(other));
    } else {
      seen.removeIf(other -> other.user != j.user);
    }
    if (seen.isEmpty()) {
      return j.requested;
    }
    long last = seen.getLast().run;
    long mean = seen.size() == 1 ? last : (last + seen.get(seen.size() - 2).run) / 2;
    return Math.max(1, Math.min(mean, j.requested));
  }

  private void sendOneAhead(J last) {
    List<J> alike = queue.stream().filter(last::like).toList();
    boolean seen = ended.stream().anyMatch(last::like);
    boolean sent = all.stream().anyMatch(j -> j.trial && last.like(j));
    if (alike.size() >= 5 && !seen && !sent) {
      alike.getFirst().trial = true;
    }
  }

  private long place(J j) {
    if (j.promised >= 0) {
      return Long.MIN_VALUE;
    }
    long area = Math.max(j.pred, Math.min(10, j.requested)) * j.procs;
    int doublings = 0;
    while (area >> doublings > 1) {
      doublings++;
    }
    long beyond = area - (1L << doublings);
    long fraction = Math.floorDiv(beyond * (1 << 20), 1L << doublings);
    long back = doublings * TWO_HOURS + fraction * TWO_HOURS / (1 << 20);
    return j.submit + back - (j.trial ? DAY : 0);
  }

  private void pass(long t) {
    List<J> order = new ArrayList<>(queue);
    order.sort(Comparator.comparingLong(this::place).thenComparing(j -> j.index));
    long free = m - running.stream().mapToLong(j -> j.procs).sum();
    while (!order.isEmpty() && order.getFirst().procs <= free) {
      free -= order.getFirst().procs;
      start(order.removeFirst(), t);
    }
    if (order.isEmpty()) {
      return;
    }
    J head = order.removeFirst();
    List<J> before = List.copyOf(running);
    long byBelief = -1;
    long byLimit = -1;
    for (J j : order) {
      if (j.procs > free) {
        continue;
      }
      if (byBelief < 0) {
        byBelief = earliest(head, before, false);
        byLimit = earliest(head, before, true);
        head.promised = head.promised < 0 ? byLimit : head.promised;
        long latest = head.promised + HOUR;
        latest = t - head.submit < 4 * DAY ? latest : Math.min(latest, byLimit + HOUR);
        byLimit = Math.max(byLimit, latest);
      }
      running.add(j);
      j.start = t;
      if (freeAt(byBelief, false) >= head.procs && freeAt(byLimit, true) >= head.procs) {
        free -= j.procs;
        queue.remove(j);
      } else {
        running.remove(j);
        j.start = -1;
      }
    }
  }

  private long earliest(J head, List<J> running, boolean declared) {
    return running.stream()
        .mapToLong(j -> end(j, declared))
        .filter(s -> freeAt(s, declared) >= head.procs)
        .min()
        .orElseThrow();
  }

  private long freeAt(long s, boolean declared) {
    return m - running.stream().filter(j -> end(j, declared) > s).mapToLong(j -> j.procs).sum();
  }

  private static long end(J j, boolean declared) {
    return j.start + (declared ? j.requested : j.pred);
  }

  private void start(J j, long t) {
    queue.remove(j);
    running.add(j);
    j.start = t;
  }
}
