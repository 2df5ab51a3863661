package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.core.limit.BudgetGate;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.FirstFit;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Dependence;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.Throttle;

/** Finds the reason that Slurm would show for a waiting job, when somebody asks. */
public final class WhyPending {
  private final Cluster cluster;
  private final WhyReserved reservations;
  private Rivals rivals;

  public WhyPending(Cluster cluster) {
    this.cluster = cluster;
    this.reservations = new WhyReserved(cluster);
  }

  /** The reason; {@code NONE} for a job that does not wait or that starts with the next pass. */
  public PendingReason reason(Job job) {
    return reason(job, this::rivals);
  }

  private PendingReason reason(Job job, Supplier<Rivals> among) {
    if (!job.awaitsStart()) {
      return PendingReason.NONE;
    }
    PendingReason hold = hold(job);
    if (hold != PendingReason.NONE) {
      return hold;
    }
    if (Dependence.isHopeless(job)) {
      return PendingReason.DEPENDENCY_NEVER_SATISFIED;
    }
    if (Dependence.waitsForOthers(job)) {
      return PendingReason.DEPENDENCY;
    }
    if (job.eligibleMs() == 0) {
      return PendingReason.BEGIN_TIME;
    }
    Optional<PendingReason> unreserved = reservations.closed(job);
    if (unreserved.isPresent()) {
      return unreserved.get();
    }
    if (block(job).isPresent()) {
      return PendingReason.LIMIT;
    }
    if (!cluster.licences().areFree(job.spec().placement().licences())) {
      return PendingReason.LICENSES;
    }
    if (Throttle.left(cluster, job) <= 0) {
      return PendingReason.ARRAY_TASK_LIMIT;
    }
    if (!cluster.candidates().fitUsable(job.spec())) {
      return PendingReason.NODE_DOWN;
    }
    Rivals rivals = among.get();
    Rivals.Place place = rivals.place(job, false);
    if (place == Rivals.Place.BEHIND) {
      return PendingReason.PRIORITY;
    }
    if (hasRoom(job)) {
      if (rivals.place(job, true) != Rivals.Place.FIRST) {
        return PendingReason.PRIORITY;
      }
      return dear(job).isPresent() ? PendingReason.LIMIT : PendingReason.NONE;
    }
    if (place == Rivals.Place.BEYOND) {
      return PendingReason.PRIORITY;
    }
    return fitsNow(job, reservations.clearOfMaintenance(job))
            || !fitsNow(job, cluster.nodes().open().values())
        ? PendingReason.RESOURCES
        : PendingReason.RESERVED_FOR_MAINTENANCE;
  }

  private static PendingReason hold(Job job) {
    if (job.heldForRequeues()) {
      return PendingReason.JOB_HELD_FOR_REQUEUES;
    }
    if (job.heldByAdministrator() || onlyHeldWait(job, true)) {
      return PendingReason.JOB_HELD_ADMIN;
    }
    return job.heldByUser() || onlyHeldWait(job, false)
        ? PendingReason.JOB_HELD_USER
        : PendingReason.NONE;
  }

  /** Whether somebody holds a job, or all tasks of an array that could start otherwise. */
  static boolean isHeld(Job job) {
    return hold(job) != PendingReason.NONE;
  }

  /** The reason with a sentence: for a limit, which one, whose, and how much of it is used. */
  public PendingWhy why(Job job) {
    return why(job, this::rivals);
  }

  /** The same, among these rivals. */
  PendingWhy why(Job job, Supplier<Rivals> among) {
    PendingReason reason = reason(job, among);
    if (reason == PendingReason.LIMIT) {
      return block(job).or(() -> dear(job)).orElseThrow();
    }
    String sentence =
        switch (reason) {
          case LICENSES -> missingLicence(job);
          case PRIORITY -> beyond(job, among.get());
          default -> reservations.sentence(job, reason);
        };
    return new PendingWhy(reason.slurmWord(), sentence);
  }

  /** What is not known of the turn of a job; empty where it is. */
  private String beyond(Job job, Rivals rivals) {
    boolean known =
        rivals.place(job, false) == Rivals.Place.BEHIND
            || rivals.place(job, hasRoom(job)) == Rivals.Place.BEHIND;
    return known ? "" : "it comes after all jobs of the queue that were looked at";
  }

  /** Who competes with whom now, found once for all who ask before the next fact. */
  private Rivals rivals() {
    if (rivals == null || !rivals.holds()) {
      rivals = new Rivals(cluster);
    }
    return rivals;
  }

  /** Whether there is room for a job now, beside what reservations keep. */
  boolean hasRoom(Job job) {
    return fitsNow(job, reservations.clear(job));
  }

  private String missingLicence(Job job) {
    for (Map.Entry<String, Integer> each : job.spec().placement().licences().entrySet()) {
      int free = cluster.licences().free().getOrDefault(each.getKey(), 0);
      if (free < each.getValue()) {
        return "it asks for "
            + each.getValue()
            + " of licence "
            + each.getKey()
            + ", of which "
            + Math.max(0, free)
            + " are free";
      }
    }
    return "";
  }

  /** Why the wallet cannot pay for a job now, whatever else it waits for. */
  public Optional<String> unpaid(Job job) {
    return new BudgetGate(cluster, cluster.timeMs())
        .blocks(Claim.of(job), Demand.of(job.spec()))
        .map(block -> block.why().sentence());
  }

  /** Why no time brings the start of a job under the limits as they are now. */
  public Optional<String> never(Job job) {
    return new LimitTree(cluster, cluster.timeMs())
        .never(Claim.of(job))
        .map(why -> why.word() + ": " + why.sentence());
  }

  private Optional<PendingWhy> block(Job job) {
    return new LimitTree(cluster, cluster.timeMs()).blocks(Claim.of(job)).map(LimitTree.Block::why);
  }

  /**
   * The limit or wallet that leaves too little for the smallest nodes that have room now, where it
   * leaves too little for those that it would get first as well: these may be larger and cost less.
   */
  private Optional<PendingWhy> dear(Job job) {
    LimitTree limits = new LimitTree(cluster, cluster.timeMs());
    Claim claim = Claim.of(job);
    List<Allocation> cheapest =
        new SmallestNodes(cluster, job, reservations.clear(job))
            .insteadOf(first -> limits.blocks(claim, first).isPresent());
    return cheapest.isEmpty() ? Optional.empty() : limits.blocksOn(claim, cheapest);
  }

  /** Whether all tasks of an array that could start otherwise are held one by one. */
  private static boolean onlyHeldWait(Job job, boolean byAdministrator) {
    return job.array() != null && job.array().onlyHeldWait(byAdministrator);
  }

  private boolean liesNow(JobSpec spec, NodeWish wish) {
    List<Capacity> all = new ArrayList<>();
    cluster.nodes().all().forEach(node -> all.add(node.capacity()));
    return FirstFit.lies(
        spec,
        wish,
        cluster.policy().switches(),
        all,
        capacity -> {
          Node node = cluster.nodes().find(capacity.node()).orElseThrow();
          return node.takesRuns() ? wish.groups(node.name(), node.settings()) : 0;
        });
  }

  private boolean fitsNow(Job job, Collection<Node> nodes) {
    List<NodeWish> alternatives = cluster.wishOf(job.spec()).alternatives();
    return job.spec().shapes().stream()
        .anyMatch(spec -> alternatives.stream().anyMatch(wish -> fitsNow(spec, wish, nodes)));
  }

  private boolean fitsNow(JobSpec spec, NodeWish wish, Collection<Node> nodes) {
    List<Capacity> open = new ArrayList<>();
    nodes.forEach(node -> open.add(node.capacity()));
    if (Arrangement.isDemandedBy(spec)) {
      return liesNow(spec, wish);
    }
    return FirstFit.fits(
        spec,
        wish,
        open,
        node ->
            wish.groups(node.node(), cluster.nodes().find(node.node()).orElseThrow().settings()));
  }
}
