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
    List<Start> starts = new ArrayList<>();
    for (JobId each : known.claimants()) {
      Job job = cluster.jobs().find(each).orElseThrow();
      Demand demand = limits.blocks(Claim.of(job)).isEmpty() ? mirror.demand(job.spec()) : null;
      int count = Math.min(job.preemption().claims(), MAX_STARTS - starts.size());
      for (int i = 0; demand != null && i < count; i++) {
        starts.add(new Start(each, demand, job.spec().limitMs()));
      }
    }
    if (starts.size() < 2) {
      return;
    }
    Victims now = new Victims(mirror.planner().pool(), nowMs);
    Victims later = now.copy();
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
    for (int i = 0; i < starts.size(); i++) {
      choose(starts.get(i), starts.subList(i + 1, starts.size()), now, later);
    }
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

  private void choose(Start start, List<Start> behind, Victims now, Victims later) {
    Place first = find(start, now);
    if (first == null) {
      serve(start, later);
      return;
    }
    Place best = best(start, first, behind, now, later);
    places.computeIfAbsent(start.job(), _ -> new ArrayDeque<>()).add(best);
    now.take(best.demand(), best.on());
    later.take(best.demand(), best.on());
  }

  /** The first choice behind which most others fit: without one node of another, and so on. */
  private Place best(Start start, Place first, List<Start> behind, Victims now, Victims later) {
    Place best = first;
    int most = served(behind, first, later);
    ArrayDeque<Tried> tried = new ArrayDeque<>();
    tried.add(new Tried(first, now));
    for (int left = MAX_TRIES; most < behind.size() && !tried.isEmpty(); ) {
      Tried known = tried.poll();
      for (int node : known.place().on()) {
        if (left-- <= 0 || most >= behind.size() || looked > MAX_LOOKED) {
          return best;
        }
        Victims fewer = known.on().withoutNode(node);
        Place other = find(start, fewer);
        if (other != null) {
          int count = served(behind, other, later);
          best = count > most ? other : best;
          most = Math.max(count, most);
          tried.add(new Tried(other, fewer));
        }
      }
    }
    return best;
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
