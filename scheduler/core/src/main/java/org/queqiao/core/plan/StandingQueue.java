package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.core.limit.AccountKey;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.priority.Multifactor;
import org.queqiao.core.state.Backlog;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Member;
import org.queqiao.core.state.Ratio;

/**
 * The jobs that may start, kept in the order of the queue from pass to pass: only what entered,
 * left or changed its place is looked at again. Age and use change all priorities all the time, but
 * not the order within a {@link Band}: all that grow older do so by the same steps, and the share
 * of a member counts alike for all of its jobs. So bands are merged by their heads for each pass,
 * and a place changes its band once, when it has the full age. A band consists of {@link Lane}s of
 * what needs the same. A lane has room for all of its jobs or for none, so that what does not fit
 * at all is left out by the lane.
 */
final class StandingQueue {
  /** So many jobs are in each group on average at most. */
  private static final int JOBS_IN_GROUP = 16;

  private final Cluster cluster;
  private final JobOrder order;
  private final ClusterMirror mirror;

  /** By what their places need. */
  private final TreeMap<Long, TreeMap<Band.Key, Lane>> lanes = new TreeMap<>();

  private final TreeMap<Band.Key, Band> bands = new TreeMap<>();

  /** Only looked up, never gone through. */
  private final LinkedHashMap<JobId, Standing> known = new LinkedHashMap<>();

  private final TreeMap<AccountKey, Standing.Account> accounts = new TreeMap<>();

  private final Ageing ageing = new Ageing();

  private final List<Lane> unsettled = new ArrayList<>();

  /**
   * The step of age at which this was filled: the priorities of those that grow older are as of it.
   */
  private long filledAt;

  /** That of now. */
  private long step;

  private PriorityPolicy policy;

  /** Begins with nothing known. */
  StandingQueue(Cluster cluster, JobOrder order, ClusterMirror mirror) {
    this.cluster = cluster;
    this.order = order;
    this.mirror = mirror;
    fill();
  }

  /**
   * Whether the jobs should be kept in order: of groups with very many jobs a pass needs the first
   * ones alone, and what is believed of them all changes at once.
   *
   * @param kept whether they are kept in order already
   */
  static boolean serves(Cluster cluster, JobOrder order, boolean kept) {
    Backlog backlog = cluster.priorities().backlog();
    int most = kept ? 2 * JOBS_IN_GROUP : JOBS_IN_GROUP;
    return order.isKept() && backlog.size() <= (long) most * backlog.groups().size();
  }

  private void fill() {
    Backlog backlog = cluster.priorities().backlog();
    backlog.noteChanges();
    lanes.clear();
    bands.clear();
    known.clear();
    accounts.clear();
    ageing.clear();
    policy = cluster.priorities().policy();
    step = ageStep();
    filledAt = step;
    TreeMap<JobId, Job> all = new TreeMap<>();
    backlog.groups().values().forEach(jobs -> jobs.values().forEach(job -> all.put(job.id(), job)));
    JobOrder.Places places = order.places(cluster);
    all.values().forEach(job -> enter(job, null, places));
    settle();
  }

  private long ageStep() {
    return policy.age() == 0 ? 0 : Backlog.ageStep(cluster.timeMs(), policy);
  }

  /** What may start now in the order of the queue; the cluster must not change while it is read. */
  Walk open() {
    upToDate();
    return new Walk();
  }

  private void upToDate() {
    Collection<Job> changed = cluster.priorities().backlog().changed();
    step = ageStep();
    if (changed == null || step - filledAt > Ratio.MILLION) {
      fill();
      return;
    }
    JobOrder.Places places = order.places(cluster);
    for (Job job : changed) {
      Standing old = known.remove(job.id());
      for (Standing each = old; each != null; each = each.sibling()) {
        leave(each);
      }
      if (job.startable()) {
        enter(job, old, places);
      }
    }
    settle();
    List<Standing> full = new ArrayList<>();
    for (Standing grown = ageing.first();
        grown != null && step - grown.spot().ageStep() >= Ratio.MILLION;
        grown = ageing.first()) {
      leave(grown);
      full.add(grown);
    }
    settle();
    full.forEach(each -> place(each, each.lane().neededDemand()));
    settle();
  }

  private void enter(Job job, Standing old, JobOrder.Places places) {
    PlanJob known = old == null || job.array() != null ? null : old.planned();
    PlanJob planned = known;
    if (known == null || !known.waiting()) {
      planned = job.array() != null ? null : mirror.planJob(job);
    } else {
      known.believe(mirror.believedMs(job));
    }
    Standing.Account account =
        accounts.computeIfAbsent(AccountKey.of(job), _ -> new Standing.Account());
    PlanJob inPlan = planned;
    Demand demand = planned == null ? mirror.demand(job.spec()) : planned.demand();
    long believedMs = mirror.believedMs(job);
    places.of(
        job,
        (spot, ahead) -> {
          Standing place = new Standing(job, spot, ahead, account);
          place.planned(inPlan);
          place.lasts(believedMs, job.spec().limitMs());
          place.sibling(this.known.put(job.id(), place));
          place(place, demand);
        });
  }

  private void place(Standing place, Demand demand) {
    boolean shares = policy.fairShare() != 0;
    boolean grows = policy.age() != 0 && step - place.spot().ageStep() < Ratio.MILLION;
    boolean prefers =
        place.planned() == null
            ? !cluster.reservations().isEmpty()
            : place.planned().preferred() != null;
    Band.Key key =
        new Band.Key(
            shares ? place.job().spec().project() : null,
            shares ? place.job().user() : null,
            grows);
    Lane lane =
        lanes
            .computeIfAbsent(Lane.kind(demand, prefers), _ -> new TreeMap<>())
            .computeIfAbsent(
                key, _ -> new Lane(bands.computeIfAbsent(key, Band::new), demand, prefers));
    long steps = policy.age() == 0 ? 0 : grows ? filledAt - place.spot().ageStep() : Ratio.MILLION;
    place.enter(
        lane, Math.addExact(place.spot().fixedMicro(), Math.multiplyExact(policy.age(), steps)));
    if (grows) {
      ageing.add(place);
    }
    if (lane.come(place)) {
      unsettle(lane);
    }
  }

  private void leave(Standing place) {
    ageing.leave(place);
    if (place.lane().leave(place)) {
      unsettle(place.lane());
    }
  }

  private void unsettle(Lane lane) {
    unsettled.add(lane);
    if (lane.size() > 0) {
      lane.band().remove(lane);
    }
  }

  private void settle() {
    for (Lane each : unsettled) {
      each.settle();
      if (each.size() > 0) {
        each.band().add(each);
      } else {
        forget(each);
      }
    }
    unsettled.clear();
    bands.values().removeIf(Band::isEmpty);
  }

  private void forget(Lane lane) {
    TreeMap<Band.Key, Lane> alike = lanes.get(lane.kind());
    alike.remove(lane.band().key());
    if (alike.isEmpty()) {
      lanes.remove(lane.kind());
    }
  }

  /** A job is to be made known to the engine anew: it started, or may start and does not. */
  void forget(JobId job) {
    for (Standing each = known.get(job); each != null; each = each.sibling()) {
      each.planned(null);
    }
  }

  /** A job waits no more and has not started. */
  void withdrawn(JobId job) {
    Standing place = known.get(job);
    if (place != null && place.planned() != null && place.planned().waiting()) {
      mirror.planner().withdrawn(place.planned());
    }
  }

  /** The lanes, merged by their heads. */
  final class Walk implements JobOrder.Queue {
    private Lane[] heap;
    private int size;
    private Standing current;

    /** Null, or the engine of the pass that this is walked for. */
    private Planner pass;

    /** Those of that pass, or null. */
    private LimitTree limits;

    private boolean rest;

    private Walk() {
      Multifactor now = new Multifactor(cluster, cluster.timeMs());
      long grown = Math.multiplyExact(policy.age(), step - filledAt);
      heap = new Lane[bands.size() + 1];
      TreeMap<Member, Long> shares = new TreeMap<>();
      for (Band each : bands.values()) {
        Band.Key key = each.key();
        long share =
            key.project() == null
                ? 0
                : shares.computeIfAbsent(
                    new Member(key.project(), key.user()),
                    member -> now.shareMicro(member.project(), member.user()));
        each.begin(Math.addExact(share, key.ageing() ? grown : 0));
        add(each.first());
      }
      order();
    }

    /**
     * Leaves out, once the first jobs that do not fit have been promised a start, all that need
     * what there is no room for at all: they would be looked at and refused one by one. Leaves out
     * as well those behind others of their lane whose account was found to be at a limit.
     */
    Walk forPass(Planner engine, LimitTree limitsOfPass) {
      pass = engine;
      limits = limitsOfPass;
      return this;
    }

    /** The place of the job that was given out last. */
    Standing current() {
      return current;
    }

    @Override
    public Job next() {
      if (!rest && pass != null && pass.looksAtRest()) {
        rest = true;
        leaveOut();
      }
      while (size > 0) {
        Lane best = heap[0];
        if (rest && isOut(best)) {
          pop();
          continue;
        }
        current = best.head();
        Lane after = !rest && best.isAtFirst() ? best.band().after(best) : null;
        if (best.advance(limits)) {
          sink(0);
        } else {
          pop();
        }
        if (after != null) {
          push(after);
        }
        return current.job();
      }
      return null;
    }

    private boolean isOut(Lane lane) {
      return lane.demand() != null
          && pass.hasNoRoomFor(lane.demand(), lane.believedMs(), lane.limitMs());
    }

    /** Opens all lanes that there may be room for, and no others. */
    private void leaveOut() {
      size = 0;
      for (TreeMap<Band.Key, Lane> alike : lanes.values()) {
        Demand demand = alike.firstEntry().getValue().demand();
        if (demand != null && pass.hasNoRoomFor(demand, 0, 0)) {
          continue;
        }
        for (Lane each : alike.values()) {
          each.open(this);
          if (!each.isPassed() && !isOut(each)) {
            add(each);
          }
        }
      }
      order();
    }

    private void add(Lane lane) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      lane.open(this);
      heap[size++] = lane;
    }

    private void push(Lane lane) {
      add(lane);
      int at = size - 1;
      while (at > 0 && lane.isBefore(heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
      }
      heap[at] = lane;
    }

    @Override
    public int task() {
      return current.ahead().task(current.job());
    }

    @Override
    public void skipGroup() {
      // Whoever asks about one of them asks about each of them, which costs less.
    }

    private void order() {
      for (int i = size / 2 - 1; i >= 0; i--) {
        sink(i);
      }
    }

    private void pop() {
      heap[0] = heap[--size];
      if (size > 0) {
        sink(0);
      }
    }

    private void sink(int from) {
      int at = from;
      Lane moving = heap[at];
      while (2 * at + 1 < size) {
        int child = 2 * at + 1;
        if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
          child++;
        }
        if (!heap[child].isBefore(moving)) {
          break;
        }
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = moving;
    }
  }
}
