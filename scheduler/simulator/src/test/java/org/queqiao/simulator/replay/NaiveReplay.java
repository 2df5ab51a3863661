package org.queqiao.simulator.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of a replay a second time, written for the reader and not for speed, to compare the
 * engine with: every list is walked anew, nothing is remembered that can be computed.
 */
final class NaiveReplay {
  /** A job; times in seconds. */
  static final class J {
    final int index;
    final long submit;
    final long run;
    final long procs;
    final long requested;
    final int user;
    long pred;
    int corrections;
    long start = -1;

    J(ReplayJobs jobs, int index) {
      this.index = index;
      this.submit = jobs.submit(index);
      this.run = jobs.run(index);
      this.procs = jobs.size(index);
      this.requested = jobs.limit(index);
      this.user = jobs.user(index);
    }

    long predictedEnd() {
      return start + pred;
    }
  }

  private static final long[] STEPS = {
    0, 60, 300, 900, 1800, 3600, 7200, 18000, 36000, 72000, 180000, 360000
  };

  private final long m;
  private final String policy;
  private final Estimates estimates;
  private final boolean tsafrir;
  private final List<J> all = new ArrayList<>();
  private final List<J> queue = new ArrayList<>();
  private final List<J> running = new ArrayList<>();
  private final Map<Integer, List<Long>> history = new HashMap<>();

  NaiveReplay(ReplayJobs jobs, String policy, Estimates estimates, boolean tsafrir) {
    this.m = jobs.procs();
    this.policy = policy;
    this.estimates = estimates;
    this.tsafrir = tsafrir;
    for (int i = 0; i < jobs.count(); i++) {
      all.add(new J(jobs, i));
    }
  }

  /** One pass for each second with a submission or an end. */
  long[] batch() {
    for (long now = next(-1); now < Long.MAX_VALUE; now = next(now)) {
      long t = now;
      boolean early = false;
      for (J j : all) {
        if (running.contains(j) && j.start + j.run == t) {
          early |= j.predictedEnd() > t;
          end(j);
        }
      }
      for (J j : running) {
        while (j.predictedEnd() <= t) {
          correct(j);
        }
      }
      if (policy.equals("conservative")) {
        if (early) {
          replan(t);
        }
        for (J j : all) {
          if (j.submit == t) {
            submit(j);
            j.start = earliest(j, t);
          }
        }
        startPlanned(t);
      } else {
        all.stream().filter(j -> j.submit == t).forEach(this::submit);
        pass(t);
      }
    }
    return all.stream().mapToLong(j -> j.start).toArray();
  }

  /** What happens at one second, in the order of the kinds; then of creation. */
  private record Happening(long at, int kind, int created, J job) {}

  private static final int OVER = 0;
  private static final int SUBMISSION = 1;
  private static final int END = 2;

  /**
   * A pass for each submission and each end. Of one second first estimates run out, then jobs are
   * submitted, then runs end. Not for a policy that plans at submission.
   */
  long[] event() {
    List<Happening> open = new ArrayList<>();
    all.forEach(j -> open.add(new Happening(j.submit, SUBMISSION, j.index, j)));
    int created = all.size();
    while (!open.isEmpty()) {
      Happening first =
          open.stream()
              .min(
                  Comparator.comparingLong(Happening::at)
                      .thenComparingInt(Happening::kind)
                      .thenComparingInt(Happening::created))
              .orElseThrow();
      List<J> before = List.copyOf(running);
      open.remove(first);
      happens(first);
      for (J j : running) {
        if (!before.contains(j)) {
          open.add(new Happening(j.start + j.run, END, created++, j));
        }
        boolean anew = !before.contains(j) || first.kind() == OVER && first.job() == j;
        if (anew && j.pred < j.run) {
          open.add(new Happening(j.predictedEnd(), OVER, created++, j));
        }
      }
    }
    return all.stream().mapToLong(j -> j.start).toArray();
  }

  private void happens(Happening what) {
    J job = what.job();
    long t = what.at();
    switch (what.kind()) {
      case OVER -> {
        if (running.contains(job)) {
          correct(job);
        }
        return;
      }
      case SUBMISSION -> submit(job);
      default -> end(job);
    }
    // What is submitted and does not fit begins no pass of this policy.
    long free =
        m - running.stream().filter(j -> j.predictedEnd() > t).mapToLong(j -> j.procs).sum();
    if (!policy.equals("easy") || what.kind() == END || job.procs <= free) {
      pass(t);
    }
  }

  private long next(long now) {
    long next = Long.MAX_VALUE;
    for (J j : all) {
      for (long t : new long[] {j.submit, running.contains(j) ? j.start + j.run : -1}) {
        if (t > now) {
          next = Math.min(next, t);
        }
      }
      if (policy.equals("conservative") && queue.contains(j) && j.start > now) {
        next = Math.min(next, j.start);
      }
    }
    return next;
  }

  private void submit(J j) {
    List<Long> runs = history.getOrDefault(j.user, List.of());
    j.pred =
        switch (estimates) {
          case REQUESTED -> j.requested;
          case EXACT -> j.run;
          case LEARNT -> throw new IllegalArgumentException("see NaiveDefault");
          case AVG2 ->
              runs.size() < 2
                  ? j.requested
                  : Math.min(
                      j.requested, (runs.get(runs.size() - 1) + runs.get(runs.size() - 2)) / 2);
        };
    queue.add(j);
  }

  private void end(J j) {
    running.remove(j);
    history.computeIfAbsent(j.user, _ -> new ArrayList<>()).add(j.run);
  }

  private void correct(J j) {
    if (!tsafrir || j.corrections + 1 >= 12) {
      j.pred = j.requested;
    } else {
      j.pred = Math.min(j.pred - STEPS[j.corrections] + STEPS[j.corrections + 1], j.requested);
      j.corrections++;
    }
  }

  private void pass(long t) {
    long free =
        m - running.stream().filter(j -> j.predictedEnd() > t).mapToLong(j -> j.procs).sum();
    while (!queue.isEmpty() && queue.getFirst().procs <= free) {
      free -= queue.getFirst().procs;
      start(queue.getFirst(), t);
    }
    if (queue.size() < 2 || policy.equals("fcfs")) {
      return;
    }
    J head = queue.getFirst();
    long shadow = Long.MAX_VALUE;
    long extra = 0;
    List<Long> ends =
        running.stream().map(J::predictedEnd).filter(s -> s > t).distinct().sorted().toList();
    for (long s : ends) {
      long then =
          free
              + running.stream()
                  .filter(j -> j.predictedEnd() > t && j.predictedEnd() <= s)
                  .mapToLong(j -> j.procs)
                  .sum();
      if (then >= head.procs) {
        shadow = s;
        extra = then - head.procs;
        break;
      }
    }
    List<J> rest = new ArrayList<>(queue.subList(1, queue.size()));
    if (policy.equals("easy-sjbf")) {
      rest.sort(Comparator.comparingLong(j -> j.pred));
    }
    for (J j : rest) {
      boolean inTime = t + j.pred <= shadow;
      if (j.procs <= free && (inTime || j.procs <= extra)) {
        free -= j.procs;
        extra -= inTime ? 0 : j.procs;
        start(j, t);
      }
    }
  }

  private void start(J j, long t) {
    queue.remove(j);
    j.start = t;
    running.add(j);
  }

  /** Takes each waiting job out and puts it back where it fits first. */
  private void replan(long t) {
    for (J j : queue) {
      j.start = -1;
      j.start = earliest(j, t);
    }
  }

  private void startPlanned(long t) {
    for (J j : List.copyOf(queue)) {
      if (j.start == t) {
        start(j, t);
      }
    }
  }

  /** The first second from which the job fits for all of its predicted time. */
  private long earliest(J job, long t) {
    List<Long> moments = new ArrayList<>(List.of(t));
    for (J other : planned()) {
      if (other != job && other.predictedEnd() > t) {
        moments.add(other.predictedEnd());
      }
    }
    return moments.stream().sorted().filter(s -> fits(job, s)).findFirst().orElseThrow();
  }

  private boolean fits(J job, long s) {
    List<Long> moments = new ArrayList<>(List.of(s));
    for (J other : planned()) {
      if (other != job && other.start > s && other.start < s + job.pred) {
        moments.add(other.start);
      }
    }
    for (long at : moments) {
      long used =
          planned().stream()
              .filter(o -> o != job && o.start <= at && o.predictedEnd() > at)
              .mapToLong(o -> o.procs)
              .sum();
      if (used + job.procs > m) {
        return false;
      }
    }
    return true;
  }

  private List<J> planned() {
    List<J> out = new ArrayList<>(running);
    queue.stream().filter(j -> j.start >= 0).forEach(out::add);
    return out;
  }
}
