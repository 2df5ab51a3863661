package org.queqiao.core.predict;

import java.util.List;

/** What is known of the run times of one kind of jobs, and whether it is trusted. */
public final class Experience {
  /** So many of a kind must wait that nobody has seen end before one of them is sent ahead. */
  public static final int TRIAL_AT = 5;

  private final JobKind kind;
  private final UserRuns user;

  /** Null before the first of the kind has ended. */
  private RecentRuns runs;

  private int uses;
  private int waiting;
  private boolean tried;
  private long trial;

  Experience(JobKind kind, UserRuns user) {
    this.kind = kind;
    this.user = user;
  }

  /** What was kept of a kind. */
  Experience(JobKind kind, UserRuns user, List<Long> runs, boolean tried, long trial) {
    this(kind, user);
    this.runs = runs.isEmpty() ? null : new RecentRuns(runs);
    this.tried = tried;
    this.trial = trial;
  }

  public JobKind kind() {
    return kind;
  }

  /** Whether a job of the kind has ended. */
  public boolean known() {
    return runs != null;
  }

  /** Whether a job of the kind or of its user has ended and what is believed of it is trusted. */
  public boolean predicts() {
    return like().any() && trust().holds();
  }

  /** Whether what jobs of one kind say of the next is trusted, whatever the user's kind. */
  public boolean trustsKinds() {
    return user.inKinds().holds();
  }

  private RecentRuns like() {
    return runs != null ? runs : user.runs();
  }

  private Trust trust() {
    return runs != null ? user.inKinds() : user.inUser();
  }

  /**
   * How long a job of the kind is believed to run: as the last two of the kind, or, before the
   * first of the kind has ended, of the user, or, before that, or if limits have been nearer than
   * beliefs with this user, as long as it may.
   *
   * @return from 1 to {@code limit}
   */
  public long believe(long limit) {
    return predicts() ? Math.clamp(like().mean(), 1, limit) : limit;
  }

  /** A job of the kind ended after running for so long. */
  public void ended(long run) {
    if (like().any()) {
      trust().judge(like().mean(), kind.limit(), run);
    }
    if (runs == null) {
      runs = new RecentRuns();
    }
    runs.add(run);
    user.runs().add(run);
  }

  /** The last run times of the kind, the latest first. */
  public List<Long> runs() {
    return runs == null ? List.of() : runs.list();
  }

  /** How many of the kind wait. */
  public int waiting() {
    return waiting;
  }

  /** One more of the kind waits, or, with -1, one less. */
  public void wait(int change) {
    waiting += change;
  }

  /** Whether it is time to send one of the kind ahead: many wait and nobody knows the kind. */
  public boolean asksForATrial() {
    return runs == null && !tried && waiting >= TRIAL_AT;
  }

  /** Whether one of the kind was already sent ahead to learn from. */
  public boolean tried() {
    return tried;
  }

  /** The number of the job that was sent ahead, if one was. */
  public long trial() {
    return trial;
  }

  /** One of the kind is sent ahead. */
  public void tried(long number) {
    tried = true;
    trial = number;
  }

  /** How many jobs of the kind wait or run, as far as they were entered. */
  int use(int change) {
    uses += change;
    return uses;
  }
}
