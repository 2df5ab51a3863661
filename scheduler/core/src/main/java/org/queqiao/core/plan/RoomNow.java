package org.queqiao.core.plan;

/** Where a job has room now, with what it prefers, asks for, or an alternative of that. */
final class RoomNow {
  private final NodePool pool;
  private Demand found;

  RoomNow(NodePool pool) {
    this.pool = pool;
  }

  /** The alternative that had room the last time. */
  Demand found() {
    return found;
  }

  /**
   * The nodes that were chosen for a job so that others have room too, if it fits there; or null.
   */
  int[] placed(Room in, PlanJob job, long now) {
    ClaimPlaces.Place place = job.place();
    if (place == null
        || !in.has(place.demand(), place.on(), now + job.believed(), now + job.limit())) {
      return null;
    }
    found = place.demand();
    return place.on();
  }

  /** Nodes where a job has room, or null. */
  int[] of(Room in, PlanJob job, long now) {
    int[] on = job.preferred() == null ? null : of(in, job, job.preferred(), now);
    return on == null ? of(in, job, job.demand(), now) : on;
  }

  private int[] of(Room in, PlanJob job, Demand demand, long now) {
    long end = now + job.believed();
    long limitEnd = now + job.limit();
    found = demand;
    int[] on = demand.totalCores() > pool.totalFreeCores() ? null : in.find(demand, end, limitEnd);
    for (int i = 0; on == null && i < demand.others().size(); i++) {
      found = demand.others().get(i);
      on = in.find(found, end, limitEnd);
    }
    return on;
  }
}
