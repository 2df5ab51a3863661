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
  private static final long DOUBLING = 1 << 20;

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
    boolean ofKnownKind;
    long gained;

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
          judge(j);
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
    return seen.isEmpty() || !trusted(j.user, seen.getLast().like(j))
        ? j.requested
        : Math.max(1, Math.min(mean(seen), j.requested));
  }

  private static long mean(List<J> seen) {
    long last = seen.getLast().run;
    return seen.size() == 1 ? last : (last + seen.get(seen.size() - 2).run) / 2;
  }

  /** By how much what could be believed of a job that ends now is nearer than what it asked for. */
  private void judge(J j) {
    List<J> ofUser = ended.stream().filter(other -> other.user == j.user).toList();
    List<J> alike = ofUser.stream().filter(j::like).toList();
    j.ofKnownKind = !alike.isEmpty();
    if (!ofUser.isEmpty()) {
      long belief = Math.min(mean(alike.isEmpty() ? ofUser : alike), j.requested);
      j.gained = wrong(j.requested, j.run) - wrong(belief, j.run) - DOUBLING / 2;
    }
  }

  private static long wrong(long expected, long run) {
    return Math.abs(doublings(Math.max(10, expected)) - doublings(Math.max(10, run)));
  }

  private boolean trusted(int user, boolean ofKnownKind) {
    long sum = 0;
    for (J j : ended) {
      if (j.user == user && j.ofKnownKind == ofKnownKind) {
        sum = Math.max(-64 * DOUBLING, Math.min(sum + j.gained, 64 * DOUBLING));
      }
    }
    return sum >= 0;
  }

  private static long doublings(long number) {
    int whole = 0;
    while (number >> whole > 1) {
      whole++;
    }
    return whole * DOUBLING + Math.floorDiv((number - (1L << whole)) * DOUBLING, 1L << whole);
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
    long back = Math.min(doublings(area), 22 * DOUBLING) * TWO_HOURS / DOUBLING;
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
        byLimit = Math.max(byLimit, Math.min(head.promised, byLimit) + HOUR);
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
