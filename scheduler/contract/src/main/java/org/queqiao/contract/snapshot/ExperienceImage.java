package org.queqiao.contract.snapshot;

import java.util.List;

/**
 * What the machine has learnt of run times from jobs that ended.
 *
 * @param users by number
 * @param kinds first those with jobs that wait or run, in their order; then the others, those
 *     unused longest first
 */
public record ExperienceImage(List<UserRuns> users, List<KindRuns> kinds) {
  /** Nothing has ended yet, or it was not kept. */
  public static final ExperienceImage NONE = new ExperienceImage(List.of(), List.of());

  public ExperienceImage {
    users = List.copyOf(users);
    kinds = List.copyOf(kinds);
  }

  /**
   * The last jobs of whoever runs as this number.
   *
   * @param runsMs how long they ran, at most two, the latest first
   * @param gainedByKinds by how much what was believed of kinds of jobs was nearer than limits, in
   *     parts of a doubling; 0 also in images that did not keep it
   * @param gainedByUser the same of kinds of which none had ended
   */
  public record UserRuns(int uid, List<Long> runsMs, long gainedByKinds, long gainedByUser) {
    public UserRuns {
      runsMs = List.copyOf(runsMs);
    }
  }

  /**
   * The last jobs that had all of this in common.
   *
   * @param script SHA-256 of the script, in hexadecimal digits
   * @param cores in all
   * @param runsMs how long they ran, at most two, the latest first
   * @param trial the job that was sent ahead to learn from, or 0
   */
  public record KindRuns(
      int uid,
      String project,
      String name,
      String script,
      long cores,
      long limitMs,
      List<Long> runsMs,
      long trial) {
    public KindRuns {
      runsMs = List.copyOf(runsMs);
    }
  }
}
