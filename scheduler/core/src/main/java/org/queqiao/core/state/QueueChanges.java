package org.queqiao.core.state;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.predict.JobKind;

/**
 * Which jobs entered or left the {@link Backlog}, and which kinds are believed anew, since the one
 * who keeps the jobs in order looked last. It is no part of the state: without it the order is made
 * anew. It notes nothing until it is asked to, and gives up when there is too much.
 */
final class QueueChanges {
  private static final int MOST = 10_000;

  private final TreeMap<JobId, Job> jobs = new TreeMap<>();
  private final TreeSet<JobKind> kinds = new TreeSet<>();

  /** Users by number, all of whose kinds are believed anew. */
  private final TreeSet<Integer> users = new TreeSet<>();

  private boolean kept;

  /** Begins to note. */
  void keep() {
    forget();
    kept = true;
  }

  /** Whether nothing was missed since {@link #keep}. */
  boolean kept() {
    return kept;
  }

  void note(Job job) {
    if (kept) {
      jobs.put(job.id(), job);
      bound();
    }
  }

  /**
   * What is believed of jobs of this kind has changed, or of its user where the kind is unknown.
   */
  void believedAnew(JobKind kind) {
    if (kept) {
      kinds.add(kind);
      bound();
    }
  }

  /** What is believed of all kinds of a user has changed. */
  void believedAnew(int user) {
    if (kept) {
      users.add(user);
      bound();
    }
  }

  private void bound() {
    if (jobs.size() + kinds.size() + users.size() > MOST) {
      forget();
    }
  }

  Collection<Job> jobs() {
    return Collections.unmodifiableCollection(jobs.values());
  }

  NavigableSet<JobKind> kinds() {
    return Collections.unmodifiableNavigableSet(kinds);
  }

  NavigableSet<Integer> users() {
    return Collections.unmodifiableNavigableSet(users);
  }

  /** All that was noted has been looked at, or will never be. */
  void forget() {
    jobs.clear();
    kinds.clear();
    users.clear();
    kept = false;
  }
}
