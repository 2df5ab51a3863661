package org.queqiao.core.plan;

import java.util.TreeMap;

/**
 * Room on so many nodes of those that are alike, where every run and every job takes whole ones:
 * which they are does not matter before a start. A node that is held for one job until it has ended
 * and then for another is as good as two that change with the moment, so this finds room where jobs
 * that are laid on certain nodes leave only pieces of it. It is the plan of a pool that has as many
 * processors as there are nodes.
 */
final class HeldByCount implements HeldRoom {
  private static final int[] NONE = {};
  private static final int ROWS_IN_STEP = 8;
  private static final long NEVER = Long.MAX_VALUE;

  private final NodePool pool;

  /** An open node, like all others. */
  private final int like;

  /** What a node of them has in all, by kind. */
  private final long[] capacity;

  private final Timeline line;
  private final Room room;

  /** By number, whether all shares of a demand are whole nodes, any of them. */
  private final TreeMap<Integer, Boolean> counted = new TreeMap<>();

  private Demand found;
  private long looked;

  private HeldByCount(NodePool pool, int like, long[] capacity, Timeline line) {
    this.pool = pool;
    this.like = like;
    this.capacity = capacity;
    this.line = line;
    this.room = new Room(pool, new Ceilings(pool), new Ceilings(pool));
  }

  /** Room on nodes of which nothing is held yet; null where they are not alike or not whole. */
  static HeldByCount of(NodePool pool, Runs runs, long now) {
    int kinds = pool.kinds();
    long[] all = new long[pool.nodes() * kinds];
    pool.copyFree(all);
    RunningJobs running = runs.believed();
    for (int i = 0; i < running.size(); i++) {
      PlanJob run = running.get(i);
      for (int k = 0; k < run.nodes().length; k++) {
        int node = run.nodes()[k];
        Share share = run.demand().share(k);
        if (!pool.closed(node) && pool.cores(share, node) != pool.allCores(node)) {
          return null;
        }
        pool.add(share, node, all, node * kinds, 1);
      }
    }
    int like = -1;
    long free = 0;
    for (int node = 0; node < pool.nodes(); node++) {
      if (!pool.closed(node)) {
        like = like < 0 ? node : like;
        if (all[node * kinds] != pool.allCores(node) || !alike(pool, all, like, node)) {
          return null;
        }
        free += pool.free(node, 0) > 0 ? 1 : 0;
      }
    }
    if (like < 0 || pool.models().length > 0) {
      return null;
    }
    Timeline line = new Timeline(NodePool.ofProcessors(free), 0, now);
    for (int i = 0; i < running.size(); i++) {
      line.add(Share.ofCores(open(pool, running.get(i))), running.get(i).end(), NEVER, 1);
    }
    long[] capacity = new long[kinds];
    System.arraycopy(all, like * kinds, capacity, 0, kinds);
    return new HeldByCount(pool, like, capacity, line);
  }

  private static boolean alike(NodePool pool, long[] all, int one, int other) {
    for (int kind = 0; kind < pool.kinds(); kind++) {
      if (all[one * pool.kinds() + kind] != all[other * pool.kinds() + kind]) {
        return false;
      }
    }
    return true;
  }

  /** How many nodes of a run others get behind it. */
  private static long open(NodePool pool, PlanJob run) {
    long count = 0;
    for (int node : run.nodes()) {
      count += pool.closed(node) ? 0 : 1;
    }
    return count;
  }

  /** Whether a job takes whole nodes, and any that there are. */
  boolean counts(PlanJob job) {
    Demand demand = job.demand();
    if (job.claims() || job.preferred() != null || demand.number() == 0) {
      return false;
    }
    return counted.computeIfAbsent(demand.number(), _ -> counts(demand));
  }

  private boolean counts(Demand demand) {
    boolean plain =
        !demand.isParted()
            && !demand.isKept()
            && demand.others().isEmpty()
            && demand.mostShares() == demand.shares()
            && isWhole(demand.small())
            && (demand.largeShares() == 0 || isWhole(demand.large()));
    for (int node = 0; plain && node < pool.nodes(); node++) {
      plain = pool.closed(node) || demand.nodes().allows(node);
    }
    looked += pool.nodes();
    return plain;
  }

  private boolean isWhole(Share share) {
    return pool.cores(share, like) == pool.allCores(like) && pool.fits(share, like, capacity, 0);
  }

  private static Share nodes(PlanJob job) {
    return Share.ofCores(job.demand().shares());
  }

  @Override
  public boolean hold(PlanJob job, long from, long now) {
    long moment = line.earliest(nodes(job), job.limit(), from, NEVER);
    looked += line.size() / ROWS_IN_STEP;
    job.hold(moment < NEVER ? put(job, moment) : null);
    return job.hold() != null;
  }

  private Promises.Hold put(PlanJob job, long moment) {
    line.add(nodes(job), moment, moment + job.limit(), -1);
    return new Promises.Hold(moment, job.demand(), NONE);
  }

  @Override
  public boolean holdAgain(PlanJob job, long now) {
    return hold(job, Math.max(now, job.promised()), now);
  }

  /** It has the earliest room that there is already. */
  @Override
  public boolean holdElsewhere(PlanJob job, long now) {
    return false;
  }

  /** No nodes are promised. */
  @Override
  public void promise(PlanJob job) {
    job.room(null);
  }

  @Override
  public void putBack(PlanJob job) {
    put(job, job.hold().moment());
  }

  @Override
  public void lift(PlanJob job) {
    line.add(nodes(job), job.hold().moment(), job.hold().moment() + job.limit(), 1);
  }

  @Override
  public boolean moveUp(PlanJob job, long now) {
    long before = job.hold().moment();
    lift(job);
    long moment = line.earliest(nodes(job), job.limit(), now, before);
    looked += line.size() / ROWS_IN_STEP;
    job.hold(put(job, Math.min(moment, before)));
    return moment < before;
  }

  @Override
  public int[] now(PlanJob job, long now) {
    Promises.Hold hold = job.hold();
    boolean fits =
        hold == null
            ? line.earliest(nodes(job), job.limit(), now, now + 1) == now
            : hold.moment() <= now;
    looked += line.size() / ROWS_IN_STEP;
    found = job.demand();
    return fits ? room.find(found, now + job.limit(), now + job.limit()) : null;
  }

  @Override
  public Demand found() {
    return found;
  }

  /** Nobody asks for other nodes than it gets where all take whole ones. */
  @Override
  public int[] room(Demand demand, long end, long limitEnd) {
    return null;
  }

  @Override
  public void started(PlanJob job, int[] on, long now) {
    line.add(Share.ofCores(on.length), now, job.limitEnd(), -1);
  }

  @Override
  public long takeLooked() {
    long count = looked + room.takeLooked();
    looked = 0;
    return count;
  }
}
