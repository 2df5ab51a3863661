package org.queqiao.core.forecast;

import java.util.TreeMap;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;

/**
 * How long runs took from TERM until what they held was free, of those that made room for others;
 * of each user and of all together. Learns from the facts of a log in their order. Counted is in
 * steps, each of which is taken for its longer end, so that what is drawn is rather too long:
 *
 * <pre>
 *   up to 100, 150, 200, 300, 400, 600 ms ... and apart from these: the whole grace
 * </pre>
 *
 * Only forward runs ask: what is promised counts on the whole grace.
 */
public final class LeavingTimes {
  /** The last stands for the whole grace; the one before it is longer than any grace is. */
  private static final int PARTS = 64;

  private static final int WHOLE_GRACE = PARTS - 1;
  private static final long FIRST_MS = 100;

  /** So many of a user say more than those of everybody; with fewer in all nothing is known. */
  private static final int ENOUGH = 3;

  private final CountsByUser counts;
  private final TreeMap<JobId, Told> told = new TreeMap<>();

  /** A run that was told to end. */
  private record Told(UserName user, int attempt, long atMs, int graceMs) {}

  /** Nothing is known yet. */
  public LeavingTimes() {
    this(new CountsByUser(PARTS));
  }

  private LeavingTimes(CountsByUser counts) {
    this.counts = counts;
  }

  /** A copy to draw from, which stays as it is. */
  LeavingTimes copy() {
    return new LeavingTimes(counts.copy());
  }

  /** Takes up a job of a state from which learning goes on: its run may be leaving. */
  public void begins(ClusterImage.JobImage job) {
    long killMs = job.preemption().killMs();
    int graceMs = job.preemption().killGraceMs();
    if (job.state() == JobState.COMPLETING && killMs != 0) {
      told.put(job.id(), new Told(job.user(), job.attempt(), killMs - graceMs, graceMs));
    }
  }

  /**
   * Takes the next fact.
   *
   * @param user whose job it is about; may be null where it is not the end of a run
   */
  public void learn(LoggedEvent logged, UserName user) {
    switch (logged.event()) {
      case JobKillRequested e when e.preemptor() != null && user != null ->
          told.put(
              e.run().job(),
              new Told(
                  user, e.run().attempt(), logged.timeMs(), PreemptRules.graceOf(e.graceMs())));
      // What is known to have ended without a word of its node says nothing of programs.
      case JobEnded e -> gone(e.job(), e.attempt(), e.exit() != null, logged.timeMs());
      case JobRequeued e ->
          gone(e.run().job(), e.run().attempt(), e.exit() != null, logged.timeMs());
      default -> {
        // neither tells a run to leave nor ends it
      }
    }
  }

  private void gone(JobId job, int attempt, boolean known, long atMs) {
    Told since = told.remove(job);
    if (since != null && since.attempt() == attempt && known) {
      counts.count(since.user(), part(atMs - since.atMs(), since.graceMs()));
    }
  }

  private static int part(long tookMs, int graceMs) {
    if (tookMs >= graceMs) {
      return WHOLE_GRACE;
    }
    int part = 0;
    while (part < WHOLE_GRACE - 1 && longestMs(part) < tookMs) {
      part++;
    }
    return part;
  }

  private static long longestMs(int part) {
    return (part % 2 == 0 ? FIRST_MS : FIRST_MS * 3 / 2) << part / 2;
  }

  /** Whether anything can be said. */
  public boolean known() {
    return counts.total() >= ENOUGH;
  }

  /**
   * How long a run takes from TERM to its end, drawn from what is known.
   *
   * @param sinceMs it was told so long ago and is still there
   * @param random bits to draw with
   * @return the grace when nothing is known
   */
  long draw(UserName user, int graceMs, long sinceMs, long random) {
    if (!known()) {
      return graceMs;
    }
    int from = 0;
    while (from < WHOLE_GRACE && longestMs(from) <= sinceMs) {
      from++;
    }
    int drawn = counts.of(user, ENOUGH).draw(from, random);
    return drawn < 0 || drawn == WHOLE_GRACE ? graceMs : Math.min(graceMs, longestMs(drawn));
  }
}
