package org.queqiao.core.predict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Learns run times from jobs that ended, for each kind of jobs and for each user. A kind is kept
 * while jobs of it wait or run. Of the others those that are known are kept, up to a bound: the one
 * unused longest goes first. What it says follows from what it was told, in that order, and from
 * nothing else.
 */
public final class LikeJobs {
  private static final int MOST_IDLE = 200_000;

  private final int mostIdle;
  private final long perSecond;

  /** Only looked up, never gone through. */
  private final Map<JobKind, Experience> kinds = new LinkedHashMap<>();

  /** Known kinds without any job, those unused longest first. */
  private final Map<JobKind, Experience> idle = new LinkedHashMap<>();

  /** Looked up for each job that waits, and sorted where it is gone through. */
  private final Map<Integer, UserRuns> users = new LinkedHashMap<>();

  public LikeJobs() {
    this(MOST_IDLE, 1);
  }

  /**
   * Keeps so many kinds without any job.
   *
   * @param perSecond how many units of time a second has
   */
  public LikeJobs(int mostIdle, long perSecond) {
    this.mostIdle = mostIdle;
    this.perSecond = perSecond;
  }

  /** A job of the kind waits from now on; says what is known of the kind. */
  public Experience enter(JobKind kind) {
    Experience known = kinds.computeIfAbsent(kind, _ -> new Experience(kind, user(kind.user())));
    if (known.use(1) == 1) {
      idle.remove(kind);
    }
    return known;
  }

  /** A job of the kind neither waits nor runs any more. */
  public void leave(Experience left) {
    if (left.use(-1) > 0) {
      return;
    }
    if (!left.known()) {
      kinds.remove(left.kind());
      return;
    }
    idle.put(left.kind(), left);
    if (idle.size() > mostIdle) {
      JobKind eldest = idle.keySet().iterator().next();
      idle.remove(eldest);
      kinds.remove(eldest);
    }
  }

  private UserRuns user(int number) {
    return users.computeIfAbsent(number, _ -> new UserRuns(perSecond, UserRuns.Kept.NOTHING));
  }

  /** Restores what was kept of a user. */
  public void restore(int user, UserRuns.Kept kept) {
    users.put(user, new UserRuns(perSecond, kept));
  }

  /**
   * Restores what was kept of a kind, after the users and before any job is entered; the order of
   * the calls is that of {@link #kept}.
   */
  public void restore(JobKind kind, List<Long> runs, boolean tried, long trial) {
    Experience restored = new Experience(kind, user(kind.user()), runs, tried, trial);
    kinds.put(kind, restored);
    idle.put(kind, restored);
  }

  /** Lets go of restored kinds of which nothing is known and that no job was entered for. */
  public void restored() {
    idle.values()
        .removeIf(each -> {
          boolean unknown = !each.known();
          if (unknown) {
            kinds.remove(each.kind());
          }
          return unknown;
        });
  }

  /** The users of whom something is known, by number, with what is. */
  public void users(BiConsumer<Integer, UserRuns.Kept> each) {
    new TreeMap<>(users)
        .forEach((user, known) -> {
          if (known.runs().any()) {
            each.accept(user, known.kept());
          }
        });
  }

  /**
   * What must be kept: of kinds in use those that are known or tried, in their order, then all
   * others, those unused longest first.
   */
  public List<Experience> kept() {
    List<Experience> out = new ArrayList<>();
    for (Experience each : kinds.values()) {
      if (each.use(0) > 0 && (each.known() || each.tried())) {
        out.add(each);
      }
    }
    out.sort((left, right) -> left.kind().compareTo(right.kind()));
    out.addAll(idle.values());
    return out;
  }

  int size() {
    return kinds.size();
  }
}
