package org.queqiao.core.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Outranking.Rank;
import org.queqiao.core.state.PreemptionTable;

/**
 * On which nodes jobs start for which runs were ended, where there are several: none takes the room
 * that was made for another on nodes that it can do without. The first nodes with room are right
 * while all who come after still fit on the rest and on what leaves; else those that are left when
 * the others have been served first.
 */
final class ClaimPlaces {
  /** So many starts are looked at; whoever comes behind them takes the first nodes with room. */
  private static final int MAX_STARTS = 32;

  /** So many choices are looked at for a start. */
  private static final int MAX_TRIES = 32;

  /** So many nodes are looked at to choose; who comes then takes the first nodes with room. */
  private static final long MAX_LOOKED = 5_000_000;

  private final TreeMap<JobId, ArrayDeque<Place>> places = new TreeMap<>();

  /** Those that nodes are still chosen for, in their order. */
  private final List<Start> starts = new ArrayList<>();

  /** What is free now, and what will be once all has left; without what was chosen. */
  private Victims now;

  private Victims later;

  /** The best choice for the first of them so far, behind which so many others fit; or null. */
  private Place best;

  private int most;

  /** Choices for it of which each node may be left out, and which node is the next. */
  private final ArrayDeque<Tried> tried = new ArrayDeque<>();

  private int nextNode;
  private int triesLeft;
  private long looked;

  /**
   * Nodes for a start.
   *
   * @param demand what is asked for, or an alternative
   * @param on where its shares are
   */
  record Place(Demand demand, int[] on) {}

  /** A choice, and the nodes that it was made from. */
  private record Tried(Place place, Victims on) {}

  /** A start that is to come, of a job or of one of the tasks of an array. */
  private record Start(JobId job, Demand demand, long forMs) {}

  private Place find(Start start, Victims room) {
    for (Demand each : start.demand().alternatives()) {
      int[] on = looked > MAX_LOOKED ? null : room.place(each, start.forMs());
      looked += room.takeLooked();
      if (on != null) {
        return new Place(each, on);
      }
    }
    return null;
  }

  ClaimPlaces(Cluster cluster, ClusterMirror mirror, LimitTree limits, long nowMs) {
    PreemptionTable known = cluster.jobs().preemption();
    for (JobId each : known.claimants()) {
      Job job = cluster.jobs().find(each).orElseThrow();
      Demand demand = limits.blocks(Claim.of(job)).isEmpty() ? mirror.demand(job.spec()) : null;
      int count = Math.min(job.preemption().claims(), MAX_STARTS - starts.size());
      for (int i = 0; demand != null && i < count; i++) {
        starts.add(new Start(each, demand, job.spec().limitMs()));
      }
    }
    if (starts.size() < 2) {
      starts.clear();
      return;
    }
    now = new Victims(mirror.planner().pool(), nowMs);
    later = now.copy();
    AsideRoom room =
        new AsideRoom(
            cluster, mirror, Rank.of(cluster.jobs().find(starts.getFirst().job()).orElseThrow()));
    for (var runs : known.leaving().values()) {
      for (JobId id : runs) {
        PlanJob run = mirror.run(id);
        if (run != null) {
          Job job = cluster.jobs().find(id).orElseThrow();
          later.leaves(run, room.gain(job, run, job.preemption().suspends()));
        }
      }
    }
  }

  /**
   * Goes on, in steps: where it was cut makes no difference to what is chosen.
   *
   * @param budget how many nodes are looked at, at most, but for the last step
   * @return whether all nodes are chosen
   */
  boolean work(long budget) {
    long until = looked + budget;
    while (!starts.isEmpty() && looked < until) {
      looked++;
      if (best == null) {
        begin(starts.getFirst());
      } else if (isOver()) {
        take(starts.removeFirst());
      } else {
        tryNext(starts.getFirst());
      }
    }
    return starts.isEmpty();
  }

  /** The nodes for the next start of a job, or null for the first that have room. */
  Place next(JobId job) {
    ArrayDeque<Place> here = places.get(job);
    return here == null ? null : here.poll();
  }

  /** How many nodes were looked at. */
  long looked() {
    return looked;
  }

  private List<Start> behind() {
    return starts.subList(1, starts.size());
  }

  private void begin(Start start) {
    Place first = find(start, now);
    if (first == null) {
      serve(start, later);
      starts.removeFirst();
      return;
    }
    best = first;
    most = served(behind(), first, later);
    triesLeft = MAX_TRIES;
    tried.clear();
    tried.add(new Tried(first, now));
    nextNode = 0;
  }

  private boolean isOver() {
    return most >= behind().size() || tried.isEmpty() || triesLeft <= 0 || looked > MAX_LOOKED;
  }

  /** Tries the next choice: without one node of another, the first behind which most others fit. */
  private void tryNext(Start start) {
    Tried known = tried.getFirst();
    if (nextNode == known.place().on().length) {
      tried.removeFirst();
      nextNode = 0;
      return;
    }
    triesLeft--;
    Victims fewer = known.on().withoutNode(known.place().on()[nextNode++]);
    looked += fewer.size();
    Place other = find(start, fewer);
    if (other != null) {
      int count = served(behind(), other, later);
      best = count > most ? other : best;
      most = Math.max(count, most);
      tried.add(new Tried(other, fewer));
    }
  }

  private void take(Start start) {
    places.computeIfAbsent(start.job(), _ -> new ArrayDeque<>()).add(best);
    now.take(best.demand(), best.on());
    later.take(best.demand(), best.on());
    best = null;
  }

  /** How many starts fit behind one, one after the other. */
  private int served(List<Start> behind, Place before, Victims later) {
    looked += later.size();
    Victims rest = later.copy();
    rest.take(before.demand(), before.on());
    int count = 0;
    for (Start each : behind) {
      count += serve(each, rest) ? 1 : 0;
    }
    return count;
  }

  private boolean serve(Start start, Victims room) {
    Place place = find(start, room);
    if (place != null) {
      room.take(place.demand(), place.on());
    }
    return place != null;
  }
}
