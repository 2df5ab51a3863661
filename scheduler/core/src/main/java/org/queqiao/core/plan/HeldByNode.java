package org.queqiao.core.plan;

/** Room on certain nodes: each is asked for itself. */
final class HeldByNode implements HeldRoom {
  private final Ceilings ceilings;
  private final Promises promises;
  private final Room room;
  private final RoomNow roomNow;

  HeldByNode(NodePool pool, Runs runs) {
    this.ceilings = new Ceilings(pool);
    this.promises = new Promises(pool, runs.releases(), ceilings, true, true);
    this.room = new Room(pool, new Ceilings(pool), ceilings);
    this.roomNow = new RoomNow(pool);
  }

  void clear() {
    promises.clear();
    ceilings.clear();
  }

  /** Whether a job ever has room beside what is held, if nothing but what runs comes to an end. */
  boolean everFits(PlanJob job, long now) {
    return promises.earliest(job, now) < Promises.NEVER;
  }

  @Override
  public boolean hold(PlanJob job, long from, long now) {
    job.hold(promises.hold(job, from, now));
    return job.hold() != null;
  }

  @Override
  public boolean holdAgain(PlanJob job, long now) {
    Promises.Hold room = job.room();
    if (room != null) {
      job.hold(promises.holdAgain(job, room, Math.max(now, room.moment()), now));
    }
    return job.hold() != null && job.hold().moment() <= Math.max(now, job.promised());
  }

  @Override
  public boolean holdElsewhere(PlanJob job, long now) {
    long from = Math.max(now, job.promised());
    return job.hold() == null ? hold(job, from, now) : promises.moveUp(job, from, now);
  }

  @Override
  public void promise(PlanJob job) {
    job.room(job.hold());
  }

  @Override
  public boolean moveUp(PlanJob job, long now) {
    return promises.moveUp(job, now, now);
  }

  @Override
  public void lift(PlanJob job) {
    promises.lift(job);
  }

  @Override
  public void putBack(PlanJob job) {
    promises.putBack(job);
  }

  @Override
  public int[] now(PlanJob job, long now) {
    if (job.hold() == null) {
      int[] on = roomNow.placed(room, job, now);
      return on == null ? roomNow.of(room, job, now) : on;
    }
    promises.lift(job);
    int[] on = roomNow.of(room, job, now);
    promises.putBack(job);
    return on;
  }

  @Override
  public Demand found() {
    return roomNow.found();
  }

  @Override
  public int[] room(Demand demand, long end, long limitEnd) {
    return room.findAny(demand, end, limitEnd);
  }

  @Override
  public void started(PlanJob job, int[] on, long now) {
    for (int i = 0; i < on.length; i++) {
      ceilings.take(job.demand().share(i), on[i], job.limitEnd());
    }
    promises.started(job, on, now);
  }

  @Override
  public long takeLooked() {
    return promises.takeLooked() + room.takeLooked();
  }
}
