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

  @Override
  public boolean hold(PlanJob job, long from, long now) {
    job.hold(promises.hold(job, from, now));
    return job.hold() != null;
  }

  @Override
  public boolean moveUp(PlanJob job, long now) {
    return promises.moveUp(job, now);
  }

  @Override
  public void release(PlanJob job) {
    promises.lift(job);
    job.hold(null);
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
