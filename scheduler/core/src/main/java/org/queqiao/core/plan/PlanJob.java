package org.queqiao.core.plan;

import org.queqiao.core.predict.Experience;

/**
 * A job as a plan sees it. Times are whole units of whoever plans: milliseconds on a live machine,
 * seconds in the replay of a log.
 */
public final class PlanJob {
  private static final int[] NOWHERE = {};
  private static final long NO_PROMISE = Long.MIN_VALUE;
  private static final long FIRST = Long.MIN_VALUE;

  private final long number;
  private long order;
  private Demand demand;
  private Demand preferred;
  private boolean inPreferred;
  private final long submit;
  private final long limit;
  private long believed;
  private long key;
  private long start;
  private long end;
  private int corrections;
  private long promised = NO_PROMISE;
  private boolean trial;
  private boolean claims;
  private ClaimPlaces.Place place;
  private Promises.Hold hold;
  private Promises.Hold room;
  private Experience experience;
  private int[] nodes = NOWHERE;
  private boolean waiting = true;

  /**
   * A waiting job.
   *
   * @param number no other job of the plan has the same
   * @param order its place in the queue: smaller first
   * @param submit when it was submitted
   * @param limit the longest it may run
   * @param believed how long it is believed to run, at most {@code limit}
   */
  public PlanJob(long number, long order, Demand demand, long submit, long limit, long believed) {
    this.number = number;
    this.order = order;
    this.demand = demand;
    this.submit = submit;
    this.limit = limit;
    this.believed = believed;
  }

  public long number() {
    return number;
  }

  /** Its place in the queue: smaller first. */
  public long order() {
    return order;
  }

  void order(long newOrder) {
    order = newOrder;
  }

  public Demand demand() {
    return demand;
  }

  /** What it takes instead of {@link #demand} where it may start so at once, or null. */
  Demand preferred() {
    return preferred;
  }

  void prefer(Demand instead) {
    preferred = instead;
  }

  /** It starts with what it preferred, or with an alternative of what it asks for. */
  void take(Demand chosen) {
    inPreferred = preferred != null && preferred.isOneOf(chosen);
    demand = chosen;
  }

  /** Whether it starts with what it preferred. */
  boolean inPreferred() {
    return inPreferred;
  }

  public long submit() {
    return submit;
  }

  public long limit() {
    return limit;
  }

  public long believed() {
    return believed;
  }

  /** How often its believed run time was corrected since it started. */
  public int corrections() {
    return corrections;
  }

  /** When it started, or is planned to start. */
  public long start() {
    return start;
  }

  /** When it is believed to end, once it has a start. */
  public long end() {
    return end;
  }

  public boolean waiting() {
    return waiting;
  }

  /** When it must have ended, once it has a start; later for one that runs past its limit. */
  public long limitEnd() {
    return start + Math.max(limit, believed);
  }

  /** Whether it was ever promised a start on declared limits. */
  public boolean isPromised() {
    return promised != NO_PROMISE;
  }

  /** The first start that it was promised on declared limits. */
  public long promised() {
    return promised;
  }

  /** Whether it goes first to show how long the jobs like it run. */
  public boolean isTrial() {
    return trial;
  }

  /**
   * Promises a start, and with it a place before all without until then, by the promised start:
   * nobody may pass it any more.
   */
  void promise(long moment) {
    if (promised == NO_PROMISE) {
      promised = moment;
      key(0);
    }
  }

  /** It is promised the start at which room is held for it, if that is earlier. */
  void moveUp() {
    promised = Math.min(promised, hold.moment());
  }

  /** Where room is held for it in this pass, so that it starts as promised; or null. */
  Promises.Hold hold() {
    return hold;
  }

  void hold(Promises.Hold held) {
    hold = held;
  }

  /** The room that it was promised, for as long as that holds; null where none is known. */
  Promises.Hold room() {
    return room;
  }

  void room(Promises.Hold promisedRoom) {
    room = promisedRoom;
  }

  /** Whether runs were ended so that it can start: it is promised a start besides the others. */
  boolean claims() {
    return claims;
  }

  void claim(boolean value) {
    claims = value;
    place = null;
  }

  /** Where it starts if it can, so that others who claim room have it; null for anywhere. */
  ClaimPlaces.Place place() {
    return place;
  }

  void place(ClaimPlaces.Place wanted) {
    place = wanted;
  }

  void makeTrial() {
    trial = true;
  }

  /** What is known of jobs like it. */
  Experience experience() {
    return experience;
  }

  void experience(Experience known) {
    experience = known;
  }

  void believe(long newBelieved) {
    believed = newBelieved;
  }

  int[] nodes() {
    return nodes;
  }

  long key() {
    return key;
  }

  /**
   * Its place among others: first where room was made for it, then where it was promised a start.
   */
  void key(long newKey) {
    key = claims ? FIRST : isPromised() ? FIRST / 2 + promised : newKey;
  }

  void planAt(long newStart) {
    start = newStart;
    end = newStart + believed;
  }

  /** It waits no more. */
  void withdraw() {
    waiting = false;
  }

  void startAt(long now, int[] on) {
    waiting = false;
    nodes = on;
    planAt(now);
  }

  void correct(long newBelieved) {
    believed = newBelieved;
    end = start + newBelieved;
    corrections++;
  }
}
