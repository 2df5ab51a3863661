package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;

/**
 * Plans for the live cluster with the engine of this package, slice by slice. It is no part of the
 * state: what it keeps between slices it can make anew from the tables, and does so whenever a fact
 * came that it did not decide and cannot add.
 *
 * <pre>
 *   slice    tables or mirror -> engine: who starts, on which nodes -> ids of cores and devices -> facts
 *   follow   fact -> mirror: a start that was decided here is now true; an end gives back
 * </pre>
 *
 * <p>A slice ends after a number of steps or starts, never by time, so every machine decides alike.
 * Submissions that come between two slices wait for the next pass; ends leave more room than the
 * pass counts on; a job that may not start any more is left out; a node that is lost begins the
 * pass anew.
 */
public final class ClusterPlanner {
  /** How many runs one slice starts at most, so that inputs never wait long behind it. */
  public static final int MAX_STARTS = 256;

  private static final long MAX_STEPS = 200_000;

  /** A run past its limit is being killed: when its end is expected, from now. */
  private static final long OVERDUE_MS = 30_000;

  private final Cluster cluster;
  private final JobOrder order;
  private ClusterMirror mirror;
  private boolean passBegun;
  private long chancesAtBegin;
  private boolean passStarted;
  private final TreeMap<JobId, PlanJob> waiting = new TreeMap<>();
  private final List<PlanJob> decided = new ArrayList<>();
  private final List<PlanJob> promised = new ArrayList<>();

  /** Decided and not a fact yet. */
  private final TreeMap<JobId, PlanJob> unconfirmed = new TreeMap<>();

  public ClusterPlanner(Cluster cluster, JobOrder order) {
    this.cluster = cluster;
    this.order = order;
  }

  /**
   * What a slice found.
   *
   * @param allocations the runs to start
   * @param promises the first promises to jobs that wait on
   * @param more whether the pass goes on
   * @param fruitlessAt the count of chances at which a whole pass found nothing, or -1
   */
  public record Slice(
      List<JobAllocated> allocations, List<JobPromised> promises, boolean more, long fruitlessAt) {
    public Slice {
      allocations = List.copyOf(allocations);
      promises = List.copyOf(promises);
    }
  }

  /** Decides the next starts; changes nothing in the tables. */
  public Slice slice(long nowMs) {
    if (mirror == null || !unconfirmed.isEmpty()) {
      renew();
    }
    Planner planner = mirror.planner();
    expectOverdue(planner, nowMs);
    if (!passBegun && planner.pool().totalFreeCores() <= 0) {
      return new Slice(List.of(), List.of(), false, cluster.chances());
    }
    if (!passBegun) {
      begin(planner, nowMs);
    }
    decided.clear();
    promised.clear();
    boolean over = planner.work(nowMs, MAX_STEPS, MAX_STARTS);
    if (!over) {
      planner.drain(nowMs);
    }
    List<JobAllocated> allocations = allocate(planner, nowMs);
    passStarted |= !allocations.isEmpty();
    passBegun = !over;
    return new Slice(allocations, promises(), !over, over && !passStarted ? chancesAtBegin : -1);
  }

  private void renew() {
    unconfirmed.clear();
    waiting.clear();
    passBegun = false;
    SchedulingDefined stated = cluster.policy().scheduling();
    PlanPolicy policy =
        PlanPolicies.live(stated.policy(), stated.reservations(), cluster.priorities().hasWeights())
            .orElseThrow();
    mirror = new ClusterMirror(cluster, policy, starts());
  }

  private Starts starts() {
    return new Starts() {
      @Override
      public void start(PlanJob job, int[] nodes) {
        decided.add(job);
      }

      @Override
      public void promised(PlanJob job) {
        promised.add(job);
      }
    };
  }

  /** A run that outlives what was believed of it is believed to run to its limit. */
  private static void expectOverdue(Planner planner, long nowMs) {
    while (planner.running().size() > 0 && planner.running().get(0).end() <= nowMs) {
      PlanJob late = planner.running().get(0);
      long ranMs = nowMs - late.start();
      planner.corrected(late, ranMs < late.limit() ? late.limit() : ranMs + OVERDUE_MS);
    }
  }

  private List<JobPromised> promises() {
    List<JobPromised> out = new ArrayList<>();
    for (PlanJob each : promised) {
      Job job = cluster.jobs().find(new JobId(each.number())).orElse(null);
      if (job != null && job.startable() && job.promisedMs() == 0) {
        out.add(new JobPromised(job.id(), each.promised()));
      }
    }
    return out;
  }

  private void begin(Planner planner, long nowMs) {
    JobOrder.Queue queue = order.open(cluster, cluster.timeMs());
    LimitTree limits = new LimitTree(cluster, cluster.timeMs());
    planner.begin(() -> nextOf(queue, limits), nowMs);
    passBegun = true;
    passStarted = false;
    chancesAtBegin = cluster.chances();
  }

  /** The next job that no limit holds; one that waits for its own limit holds up nobody. */
  private PlanJob nextOf(JobOrder.Queue queue, LimitTree limits) {
    for (Job job = queue.next(); job != null; job = queue.next()) {
      LimitTree.Block block = limits.blocks(Claim.of(job), Demand.of(job.spec())).orElse(null);
      if (block != null) {
        if (block.whateverShape()) {
          queue.skipGroup();
        }
        continue;
      }
      PlanJob known = waiting.get(job.id());
      PlanJob planned = known == null || !known.waiting() ? mirror.planJob(job) : known;
      if (planned != null) {
        planned.believe(mirror.believedMs(job));
        waiting.put(job.id(), planned);
        return planned;
      }
    }
    return null;
  }

  /** Chooses the ids of cores and devices for what the engine has decided in numbers. */
  private List<JobAllocated> allocate(Planner planner, long nowMs) {
    List<JobAllocated> out = new ArrayList<>();
    Trial trial = new Trial(cluster.nodes());
    LimitTree limits = new LimitTree(cluster, cluster.timeMs());
    for (PlanJob start : decided) {
      Job job = cluster.jobs().find(new JobId(start.number())).orElse(null);
      List<Allocation> chosen =
          job == null || !job.startable() ? List.of() : choose(job.spec(), start, trial);
      boolean blocked =
          !chosen.isEmpty() && limits.blocks(Claim.of(job), Demand.of(chosen)).isPresent();
      boolean cut = blocked && chosen.size() > job.spec().allNodes();
      if (cut) {
        // More nodes than it must have are more than a limit leaves: it gets what it must have.
        chosen = chosen.subList(0, job.spec().allNodes());
        blocked = limits.blocks(Claim.of(job), Demand.of(chosen)).isPresent();
      }
      if (chosen.isEmpty() || blocked || cut) {
        planner.ended(start, nowMs);
      }
      if (chosen.isEmpty() || blocked) {
        continue;
      }
      limits.started(Claim.of(job), Demand.of(chosen));
      trial.take(chosen);
      if (!cut) {
        unconfirmed.put(job.id(), start);
      }
      waiting.remove(job.id());
      RunId run = new RunId(job.id(), job.attempt() + 1);
      out.add(new JobAllocated(run, chosen, predictedMs(job, start)));
    }
    return out;
  }

  /** What is predicted for a job, and what its start was planned by if the policy believes. */
  private long predictedMs(Job job, PlanJob start) {
    long predictedMs = cluster.learning().predictedMs(job);
    return predictedMs == 0 || !mirror.believes() ? predictedMs : start.believed();
  }

  private List<Allocation> choose(JobSpec spec, PlanJob start, Trial trial) {
    List<Allocation> chosen = new ArrayList<>();
    for (int number : start.nodes()) {
      if (mirror.isLicences(number)) {
        continue;
      }
      NodeNeed need = NodeNeed.of(spec, chosen.size());
      Allocation here = trial.find(mirror.name(number)).choose(need);
      if (here == null) {
        return List.of();
      }
      chosen.add(here);
    }
    return chosen;
  }

  /** A fact has been applied to the tables. One that is not named here makes the mirror anew. */
  public void follow(Event event, long nowMs) {
    if (mirror == null) {
      return;
    }
    switch (event) {
      case JobAllocated e -> confirm(e.run().job());
      case JobEnded e -> gone(e.job(), nowMs);
      case JobHeld e -> withdraw(e.job());
      case JobPromised _,
          JobSubmitted _,
          JobEligible _,
          JobReleased _,
          JobStarted _,
          JobSignalled _,
          JobKillRequested _ -> {
        // what may start is asked for by the next pass
      }
      default -> mirror = null;
    }
  }

  private void confirm(JobId id) {
    PlanJob start = unconfirmed.remove(id);
    if (start == null || takesAnyModel(id)) {
      mirror = null;
    } else {
      mirror.started(start);
    }
  }

  private void gone(JobId id, long nowMs) {
    if (mirror.runs(id)) {
      if (takesAnyModel(id) || mirror.isOdd(id)) {
        mirror = null;
      } else {
        mirror.ended(id, nowMs);
      }
    } else {
      withdraw(id);
    }
  }

  /**
   * Whether a job takes devices of whatever model: the mirror counts its demand, which names none,
   * and would miss the model that it got.
   */
  private boolean takesAnyModel(JobId id) {
    return cluster.jobs().find(id).map(job -> namesNoModel(job.spec())).orElse(true);
  }

  private static boolean namesNoModel(JobSpec spec) {
    return spec.gresOnNode(0).stream().anyMatch(each -> each.type().isEmpty())
        || spec.placement().components().stream()
            .flatMap(each -> each.gres().stream())
            .anyMatch(each -> each.type().isEmpty());
  }

  private void withdraw(JobId id) {
    PlanJob job = waiting.remove(id);
    if (job != null) {
      mirror.planner().withdrawn(job);
    }
  }
}
