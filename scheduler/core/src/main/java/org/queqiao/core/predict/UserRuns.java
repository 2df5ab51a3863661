package org.queqiao.core.predict;

import java.util.List;

/** What is known of the run times of one user's jobs, and what it is worth. */
public final class UserRuns {
  private final RecentRuns runs;

  /** In what jobs of one kind say of the next of that kind. */
  private final Trust inKinds;

  /** In what all jobs say of one of a kind that nobody has seen end. */
  private final Trust inUser;

  UserRuns(long perSecond, Kept kept) {
    this.runs = new RecentRuns(kept.runs());
    this.inKinds = new Trust(perSecond, kept.gainedByKinds());
    this.inUser = new Trust(perSecond, kept.gainedByUser());
  }

  /**
   * What must be kept.
   *
   * @param runs the last two, the latest first
   * @param gainedByKinds see {@link Trust#gained}
   * @param gainedByUser the same
   */
  public record Kept(List<Long> runs, long gainedByKinds, long gainedByUser) {
    static final Kept NOTHING = new Kept(List.of(), 0, 0);
  }

  Kept kept() {
    return new Kept(runs.list(), inKinds.gained(), inUser.gained());
  }

  RecentRuns runs() {
    return runs;
  }

  Trust inKinds() {
    return inKinds;
  }

  Trust inUser() {
    return inUser;
  }
}
