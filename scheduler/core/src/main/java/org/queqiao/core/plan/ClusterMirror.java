package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.PromisedNodes;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.Learning;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.TaskNumber;
import org.queqiao.core.state.TasksAhead;

/**
 * The nodes and running jobs of a cluster in the numbers of a {@link Planner}: made from the tables
 * once, then told of starts and ends. Nodes are numbered by weight, then by switch, then by name.
 */
final class ClusterMirror {
  private final List<NodeName> names = new ArrayList<>();
  private final TreeMap<NodeName, Integer> numbers = new TreeMap<>();
  private final TreeMap<JobId, PlanJob> running = new TreeMap<>();
  private final TreeMap<Long, PlanJob> leaving = new TreeMap<>();
  private final TreeSet<JobId> odd = new TreeSet<>();

  /** Those of the running that are suspended. */
  private final TreeSet<JobId> still = new TreeSet<>();

  /** Nodes on which stopped runs yield, by name. */
  private final TreeSet<NodeName> shared = new TreeSet<>();

  private final ComingBack comingBack;
  private final ClusterKinds kinds;

  /** Not a node: the licences of the site, which have no cores. The one behind all nodes. */
  private final int licenceNode;

  private final ClusterDemands demands;
  private final Cluster cluster;
  private final ReservedNodes reserved;
  private final PromisedPlaces places;
  private final Learning learning;

  /** Whether jobs are believed to run as what is learnt says, and not to their limits. */
  private final boolean believes;

  private final Planner planner;
  private final NodesBySize bySize;

  ClusterMirror(Cluster cluster, PlanPolicy policy, Starts starts) {
    this.cluster = cluster;
    this.comingBack = new ComingBack(cluster);
    this.kinds = new ClusterKinds(cluster.nodes().all(), cluster.licences().all());
    this.licenceNode = cluster.nodes().all().size();
    boolean licensed = !cluster.licences().all().isEmpty();
    NodePool pool = new NodePool(licenceNode + (licensed ? 1 : 0), kinds.count());
    pool.setModels(kinds.models());
    if (licensed) {
      long[] free = kinds.ofLicences(cluster.licences().free());
      for (int kind = 0; kind < free.length; kind++) {
        pool.setFree(licenceNode, kind, free[kind]);
      }
    }
    this.learning = cluster.learning();
    this.believes = policy.keepsPromisesOnLimits();
    List<Job> holders = new ArrayList<>();
    for (Node node : inOrder(cluster)) {
      int number = names.size();
      names.add(node.name());
      numbers.put(node.name(), number);
      fill(pool, number, node);
      if (node.cores().isShared()) {
        shared.add(node.name());
      }
      for (Job job : node.holders()) {
        if (job.scriptNode().equals(node.name())) {
          holders.add(job);
        }
      }
    }
    this.reserved = new ReservedNodes(cluster, numbers, pool.nodes());
    this.demands = new ClusterDemands(cluster, names, kinds, reserved, licenceNode);
    this.places = new PromisedPlaces(names, numbers, pool.nodes(), licenceNode);
    boolean more = cluster.outranking().isUsed();
    this.planner = new Planner(policy, pool, starts, !reserved.isEmpty(), more);
    this.bySize = new NodesBySize(pool, licenceNode);
    for (Job job : holders) {
      PlanJob run = planJob(job);
      running.put(job.id(), run);
      int[] on = nodesOf(job);
      if (sharesCores(job) || ClusterKinds.namesNoModel(job.spec())) {
        run = planRun(job, comingBack.demand(job, on, kinds, licenceNode));
        running.put(job.id(), run);
        odd.add(job.id());
      } else if (holdsOtherThanItTakes(cluster, job)) {
        odd.add(job.id());
      }
      planner.runs(run, on, comingBack.startMs(job, cluster.timeMs()));
      if (job.state() == JobState.SUSPENDED) {
        still.add(job.id());
      }
      leaves(job);
    }
  }

  /** Those that the site wants to be given away first are the first. */
  private static List<Node> inOrder(Cluster cluster) {
    List<Node> nodes = new ArrayList<>(cluster.nodes().all());
    nodes.sort(cluster.policy().firstGiven());
    return nodes;
  }

  private void fill(NodePool pool, int number, Node node) {
    NodeFacts facts = node.facts();
    long[] free = kinds.of(facts);
    boolean alone = false;
    for (Job job : node.holders()) {
      alone |= job.spec().placement().exclusive();
      for (Allocation each : job.allocations()) {
        if (each.node().equals(node.name())) {
          long[] held = kinds.of(each);
          for (int kind = 0; kind < held.length; kind++) {
            free[kind] -= held[kind];
          }
        }
      }
    }
    free[0] = node.cores().isShared() ? node.capacity().freeCores() : free[0];
    free[0] = alone ? 0 : free[0];
    for (int kind = 0; kind < free.length; kind++) {
      pool.setFree(number, kind, free[kind]);
    }
    pool.setAllCores(number, facts.cores());
    pool.setMemoryPerCore(number, facts.memBytes() / facts.cores());
    if (!node.takesRuns()) {
      pool.close(number);
    }
  }

  /** The nodes of a run in the order of its shares: behind those that it must have its licences. */
  private int[] nodesOf(Job job) {
    int must = job.spec().ranOn(job.allocations()).allNodes();
    int licensed = job.spec().placement().licences().isEmpty() ? 0 : 1;
    int[] on = new int[job.allocations().size() + licensed];
    for (int i = 0; i < job.allocations().size(); i++) {
      on[i < must ? i : i + licensed] = numbers.get(job.allocations().get(i).node());
    }
    if (licensed > 0) {
      on[must] = licenceNode;
    }
    return on;
  }

  /**
   * Whether a node has changed under a job that has its nodes for itself, or so much memory as goes
   * with its cores.
   */
  private static boolean holdsOtherThanItTakes(Cluster cluster, Job job) {
    JobSpec spec = job.spec().ranOn(job.allocations());
    for (int i = 0; i < job.allocations().size(); i++) {
      Allocation each = job.allocations().get(i);
      NodeFacts facts = cluster.nodes().find(each.node()).orElseThrow().facts();
      int cores = each.cores().size();
      boolean memoryPerCore = spec.memOnNode(i) == 0;
      if (spec.placement().exclusive() && cores < facts.cores()
          || memoryPerCore && each.memBytes() != cores * (facts.memBytes() / facts.cores())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a run holds less than what its demand takes: its end is not given back right. */
  boolean isOdd(JobId id) {
    return odd.contains(id);
  }

  /** Whether a number stands for the licences. */
  boolean isLicences(int number) {
    return number == licenceNode;
  }

  /** The nodes of some numbers, without that of the licences. */
  List<NodeName> names(int[] numbersOfNodes) {
    List<NodeName> out = new ArrayList<>();
    for (int each : numbersOfNodes) {
      if (each != licenceNode) {
        out.add(names.get(each));
      }
    }
    return out;
  }

  Planner planner() {
    return planner;
  }

  NodesBySize bySize() {
    return bySize;
  }

  boolean believes() {
    return believes;
  }

  NodeName name(int number) {
    return names.get(number);
  }

  private boolean sharesCores(Job job) {
    return !shared.isEmpty()
        && job.allocations().stream().anyMatch(each -> shared.contains(each.node()));
  }

  /** The nodes on which stopped runs yield. */
  NavigableSet<NodeName> sharedNodes() {
    return shared;
  }

  /** The number of a node. */
  int number(NodeName node) {
    return numbers.get(node);
  }

  /**
   * A job as the planner sees it, or null when it asks for what no node has, or for a reservation
   * that is not open.
   */
  PlanJob planJob(Job job) {
    ReservationName in = job.holdsResources() ? null : job.spec().reservation();
    if (in != null && !cluster.reservations().isOpen(in)) {
      return null;
    }
    JobSpec spec = job.holdsResources() ? job.spec().ranOn(job.allocations()) : job.spec();
    Demand demand = demands.of(spec, in);
    if (demand == null) {
      return null;
    }
    PlanJob planned = planRun(job, demand);
    if (job.promisedMs() != 0) {
      promise(planned, job);
    }
    if (in == null && job.isPending()) {
      planned.prefer(preferred(job));
    }
    return planned;
  }

  private PlanJob planRun(Job job, Demand demand) {
    long number = job.id().value();
    long limitMs = job.spec().limitMs();
    return new PlanJob(number, number, demand, job.submitMs(), limitMs, believedMs(job));
  }

  /** What a job takes of a reservation that draws it, or null. */
  private Demand preferred(Job job) {
    Reservation magnetic = reserved.isEmpty() ? null : cluster.reservations().magneticFor(job);
    return magnetic == null ? null : demands.of(job.spec(), magnetic.name());
  }

  /**
   * A waiting task as the planner sees it. It has no number of its own yet: the one it gets here is
   * below zero.
   *
   * @param demand of every task of the array
   */
  PlanJob planTask(Job array, int ordinal, Demand demand) {
    long limitMs = array.spec().limitMs();
    long number = TaskNumber.of(array.id(), ordinal);
    PlanJob planned =
        new PlanJob(number, number, demand, array.submitMs(), limitMs, believedMs(array));
    if (ordinal == TasksAhead.promised(array)) {
      promise(planned, array);
    }
    if (array.spec().reservation() == null) {
      planned.prefer(preferred(array));
    }
    return planned;
  }

  private void promise(PlanJob planned, Job job) {
    planned.promise(job.promisedMs());
    if (job.promised().room() != null) {
      planned.room(places.held(planned.demand(), job.promised().room()));
    }
  }

  /** The nodes where room is held for a job, to be stated; null where that would be too long. */
  PromisedNodes promisedNodes(PlanJob planned) {
    return places.stated(planned);
  }

  /** The job, or the array of a task. */
  static JobId jobOf(PlanJob planned) {
    return TaskNumber.jobOf(planned.number());
  }

  /** The ordinal of a task, or -1. */
  static int taskOf(PlanJob planned) {
    return TaskNumber.taskOf(planned.number());
  }

  /** Where a start of the planner would be: the reservation whose demand it takes, or null. */
  ReservationName reservationOf(Job job, PlanJob planned) {
    if (planned.inPreferred()) {
      return cluster.reservations().magneticFor(job).name();
    }
    return job.spec().reservation();
  }

  /**
   * What a shape of a job needs where a start of the planner would be; null when no node has it.
   */
  Demand demandOf(JobSpec shape, Job job, PlanJob start) {
    return demands.of(shape, reservationOf(job, start));
  }

  /** What a waiting job needs, or null when no node has it or its reservation is not open. */
  Demand demand(JobSpec spec) {
    ReservationName in = spec.reservation();
    return in == null || cluster.reservations().isOpen(in) ? demands.of(spec, in) : null;
  }

  /**
   * How long a job is believed to run, or was when it started. One that is suspended after it has
   * outlived that runs to its limit, and after that to the moment at which it goes on: what passes
   * until then says nothing of it.
   */
  long believedMs(Job job) {
    long limitMs = job.spec().limitMs();
    if (job.isPending()) {
      return believes ? learning.believedMs(job) : limitMs;
    }
    long ranMs = JobClock.ranMs(job);
    return !believes || job.predictedMs() <= ranMs
        ? Math.max(limitMs, ranMs)
        : Math.min(job.predictedMs(), limitMs);
  }

  /** A start of the planner has become a fact. */
  void started(JobId job, PlanJob run) {
    running.put(job, run);
  }

  /**
   * A run has started on other nodes than were decided, or on fewer; says whether it can be told so
   * that its end gives back what it holds.
   */
  boolean startedOtherwise(Job job) {
    PlanJob run =
        sharesCores(job)
                || ClusterKinds.namesNoModel(job.spec())
                || holdsOtherThanItTakes(cluster, job)
            ? null
            : planJob(job);
    if (run != null) {
      int[] on = nodesOf(job);
      planner.pool().take(run.demand(), on);
      planner.runs(run, on, comingBack.startMs(job, cluster.timeMs()));
      running.put(job.id(), run);
    }
    return run != null;
  }

  /** A run has ended. */
  void ended(JobId id, long nowMs) {
    still.remove(id);
    PlanJob run = running.remove(id);
    if (run != null) {
      leaving.remove(run.number());
      planner.ended(run, nowMs);
    }
  }

  /** Whether a run makes room for another job. */
  boolean isLeaving(PlanJob run) {
    return leaving.containsKey(run.number());
  }

  /** Whether room is being made for a job. */
  boolean makesRoom() {
    return !leaving.isEmpty() || !cluster.jobs().preemption().claimants().isEmpty();
  }

  /** When the first run is believed to be gone, or the greatest number. */
  long firstEndMs() {
    return planner.running().size() > 0 ? planner.running().get(0).end() : Long.MAX_VALUE;
  }

  /** A run, or null when it is not known. */
  PlanJob run(JobId id) {
    return running.get(id);
  }

  /** A run makes room for another job and is gone by a moment. */
  void leaves(Job job) {
    PlanJob run = running.get(job.id());
    if (run == null || job.preemption().killMs() == 0) {
      return;
    }
    leaving.put(run.number(), run);
    planner.corrected(run, Math.max(1, job.preemption().killMs() - run.start()));
  }

  /**
   * Suspended runs end no earlier than they can go on and what is left of them.
   *
   * @param soonMs when they go on at the earliest
   */
  void standStill(long soonMs) {
    for (JobId each : still) {
      Job job = cluster.jobs().find(each).orElseThrow();
      PlanJob run = running.get(each);
      long startMs = comingBack.startMs(job, soonMs);
      if (run.start() != startMs) {
        planner.shifted(run, startMs);
      }
    }
  }

  /**
   * A run that outlives what was believed of it is believed to run to its limit.
   *
   * @param soonMs when one past its limit is expected to end
   */
  void expectOverdue(long nowMs, long soonMs) {
    while (planner.running().size() > 0 && planner.running().get(0).end() <= nowMs) {
      PlanJob late = planner.running().get(0);
      long limitEndMs = late.start() + late.limit();
      boolean goesOn = !isLeaving(late) && limitEndMs > nowMs;
      planner.corrected(late, (goesOn ? limitEndMs : soonMs) - late.start());
    }
  }

  /** Whether any run is suspended. */
  boolean anyStill() {
    return !still.isEmpty();
  }

  /** Whether a run is suspended. */
  boolean isStill(JobId id) {
    return still.contains(id);
  }

  /** Whether a run is known. */
  boolean runs(JobId id) {
    return running.containsKey(id);
  }
}
