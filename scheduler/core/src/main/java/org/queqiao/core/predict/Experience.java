package org.queqiao.core.predict;

/** What is known of the run times of one kind of jobs. */
public final class Experience {
  private final RecentRuns kind = new RecentRuns();
  private final RecentRuns user;
  private int waiting;
  private boolean tried;

  Experience(RecentRuns user) {
    this.user = user;
  }

  /** Whether a job of the kind has ended. */
  public boolean known() {
    return kind.any();
  }

  /**
   * How long a job of the kind is believed to run: as the last two of the kind, or, before the
   * first of the kind has ended, of the user, or, before that, as long as it may.
   *
   * @return from 1 to {@code limit}
   */
  public long believe(long limit) {
    RecentRuns runs = kind.any() ? kind : user;
    return runs.any() ? Math.clamp(runs.mean(), 1, limit) : limit;
  }

  /** A job of the kind ended after running for so long. */
  public void ended(long run) {
    kind.add(run);
    user.add(run);
  }

  /** How many of the kind wait. */
  public int waiting() {
    return waiting;
  }

  /** One more of the kind waits, or, with -1, one less. */
  public void wait(int change) {
    waiting += change;
  }

  /** Whether one of the kind was already sent ahead to learn from. */
  public boolean tried() {
    return tried;
  }

  /** One of the kind is sent ahead, or, with false, it will not run after all. */
  public void tried(boolean sent) {
    tried = sent;
  }
}
