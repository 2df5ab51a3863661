package org.queqiao.core.plan;

/**
 * A rule that says who waits for whom. One pass works in two rounds:
 *
 * <ol>
 *   <li>the protected jobs in the order of the queue: each starts if it fits, else it is promised
 *       its earliest start, until {@link #reservations} promises are made;
 *   <li>then, if the policy {@link #backfills}, everything that still waits, by {@link #key} and
 *       then the order of the queue: each starts if it fits and delays no promise.
 * </ol>
 *
 * <p>A policy that says nothing else serves all in turn, promises its starts to the first, and lets
 * everybody behind go before in the order of the queue where no promise is delayed.
 *
 * <p>Everything a policy may look at is in the {@link PlanJob} and in the time it is given; the
 * same questions must get the same answers during a pass.
 */
public interface PlanPolicy {
  /** How people name it. */
  String policyName();

  /** How many promises one pass makes at most. */
  int reservations();

  /** Whether jobs behind a promise may start before it. */
  default boolean backfills() {
    return true;
  }

  /**
   * Whether a job is served in turn, and promised a start when it does not fit. The answer may
   * change while a job waits only with {@link KeyRule#EVERY_PASS}.
   */
  default boolean protects(PlanJob job, long now) {
    return true;
  }

  /** Whether the second round has an order of its own, and when it is asked for. */
  default KeyRule keyRule() {
    return KeyRule.NONE;
  }

  /** The place in the second round: smaller first; not asked for with {@link KeyRule#NONE}. */
  default long key(PlanJob job, long now) {
    return 0;
  }

  /**
   * Whether every job is given a start when it is submitted and keeps it until it can have an
   * earlier one. The two rounds do not apply then.
   */
  default boolean plansAtSubmission() {
    return false;
  }

  /**
   * Whether the same is so on a cluster of many nodes, where each start is stated and room is held
   * for all of them in each pass; see {@link KeptStarts}.
   */
  default boolean keepsAllStarts() {
    return false;
  }

  /**
   * Whether the first round goes by {@link #key} as well; the order of submission then only ties.
   */
  default boolean takesTurnsByKey() {
    return false;
  }

  /**
   * Whether a promise made on what is believed is also kept on what the users declared: the first
   * promise of a job on declared limits is written down, and whatever starts before it must leave
   * room for it then even if every job runs to its limit; or {@link #toleratedDelay} later, where
   * there is one promise only.
   */
  default boolean keepsPromisesOnLimits() {
    return false;
  }

  /** How much later than that promise a job may start. */
  default long toleratedDelay() {
    return 0;
  }

  /** When the key of a job is asked for. */
  enum KeyRule {
    /** Never: the second round goes by the order of the queue. */
    NONE,
    /** Once, at submission. */
    FIXED,
    /** In every pass, because it changes while the job waits. */
    EVERY_PASS
  }
}
