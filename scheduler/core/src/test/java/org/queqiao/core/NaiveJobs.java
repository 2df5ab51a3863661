package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;

/** The jobs of a log and what they used, read fact by fact, without any table of the machine. */
final class NaiveJobs {
  /** A job that has not ended. Of an array: its tasks that wait. */
  static final class Work {
    final JobId id;
    final UserName user;
    JobSpec spec;

    /** How many wait: tasks of an array, or 1 or 0 of a job. */
    int waiting;

    /** What it holds, or null. */
    List<Allocation> allocations;

    boolean ending;
    private long startMs;
    private long stoppedMs;
    private long stoppedSinceMs;
    private long openSinceMs = -1;

    private Work(JobId id, UserName user, JobSpec spec) {
      this.id = id;
      this.user = user;
      this.spec = spec;
    }

    long cores() {
      return allocations.stream().mapToLong(each -> each.cores().size()).sum();
    }

    long memBytes() {
      return allocations.stream().mapToLong(Allocation::memBytes).sum();
    }

    long devices(String name) {
      return allocations.stream()
          .flatMap(each -> each.gres().stream())
          .filter(each -> each.name().equals(name))
          .mapToLong(each -> each.devices().size())
          .sum();
    }

    /** How long it may still run: nothing once it was told to end. */
    long restMs(long nowMs) {
      if (ending) {
        return 0;
      }
      long at = stoppedSinceMs != 0 ? stoppedSinceMs : nowMs;
      long end = startMs + stoppedMs + spec.limitMs();
      long deadline = spec.terms().deadlineMs();
      return Math.max(0, (deadline == 0 ? end : Math.min(end, deadline)) - at);
    }
  }

  /** What a job held from one moment to another; devices are those of the kind gpu. */
  record Use(
      UserName user, JobSpec spec, long cores, long memBytes, long gpus, long fromMs, long toMs) {
    String member() {
      return NaiveJobs.member(spec, user);
    }
  }

  private static String member(JobSpec spec, UserName user) {
    return spec.project() + ":" + user;
  }

  private static Use use(Work work, long toMs) {
    return new Use(
        work.user,
        work.spec,
        work.cores(),
        work.memBytes(),
        work.devices("gpu"),
        work.openSinceMs,
        toMs);
  }

  final TreeMap<JobId, Work> jobs = new TreeMap<>();
  private final List<Use> closed = new ArrayList<>();

  /** The job that the fact is about, or null. */
  Work apply(LoggedEvent logged) {
    return switch (logged.event()) {
      case JobSubmitted e -> {
        Work work = new Work(e.job(), e.user(), e.spec());
        work.waiting = e.spec().array() == null ? 1 : e.spec().array().tasks().count();
        jobs.put(e.job(), work);
        yield work;
      }
      case ArrayTaskSplit e -> {
        Work array = jobs.get(e.array());
        array.waiting--;
        Work work = new Work(e.job(), array.user, array.spec);
        work.waiting = 1;
        jobs.put(e.job(), work);
        yield work;
      }
      case ArrayTasksEnded e -> {
        Work array = jobs.get(e.array());
        array.waiting -= e.tasks().count();
        yield array;
      }
      case ArrayEnded e -> jobs.remove(e.array());
      case JobChanged e -> {
        Work work = jobs.get(e.job());
        work.spec = e.spec();
        yield work;
      }
      case JobAllocated e -> starts(e, logged.timeMs());
      case JobSuspended e -> stops(jobs.get(e.run().job()), e);
      case JobResumed e -> {
        Work work = jobs.get(e.run().job());
        goesOn(work, e.atMs());
        yield work;
      }
      case JobKillRequested e -> {
        Work work = jobs.get(e.run().job());
        work.ending = true;
        if (work.stoppedSinceMs != 0) {
          goesOn(work, logged.timeMs());
        }
        yield work;
      }
      case JobRequeued e -> {
        Work work = ends(e.run().job(), e.endMs());
        work.waiting = 1;
        yield work;
      }
      case JobEnded e -> {
        Work work = ends(e.job(), e.endMs());
        jobs.remove(e.job());
        yield work;
      }
      default -> null;
    };
  }

  private Work starts(JobAllocated event, long nowMs) {
    Work work = jobs.get(event.run().job());
    work.waiting = 0;
    work.allocations = event.allocations();
    work.ending = false;
    work.startMs = nowMs;
    work.stoppedMs = 0;
    work.stoppedSinceMs = 0;
    work.openSinceMs = nowMs;
    return work;
  }

  private Work stops(Work work, JobSuspended event) {
    work.stoppedSinceMs = event.atMs();
    if (!event.billed()) {
      close(work, event.atMs());
    }
    return work;
  }

  private static void goesOn(Work work, long atMs) {
    work.stoppedMs += atMs - work.stoppedSinceMs;
    work.stoppedSinceMs = 0;
    work.openSinceMs = work.openSinceMs < 0 ? atMs : work.openSinceMs;
  }

  private Work ends(JobId id, long endMs) {
    Work work = jobs.get(id);
    if (work.allocations != null) {
      close(work, endMs);
    }
    work.allocations = null;
    work.waiting = 0;
    return work;
  }

  private void close(Work work, long endMs) {
    if (work.openSinceMs >= 0 && endMs > work.openSinceMs) {
      closed.add(use(work, endMs));
    }
    work.openSinceMs = -1;
  }

  /** All use until a moment, of what ended and of what runs. */
  List<Use> usesUntil(long nowMs) {
    List<Use> all = new ArrayList<>(closed);
    for (Work each : jobs.values()) {
      if (each.openSinceMs >= 0) {
        all.add(use(each, nowMs));
      }
    }
    return all;
  }
}
