package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Explanation.Holder;
import org.queqiao.core.message.Explanation.Other;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeShape;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.priority.Multifactor;
import org.queqiao.core.state.ArrayProgress;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.ReservationState;

/**
 * Finds everything that keeps a waiting job from starting. It looks at every node and at the first
 * jobs of the queue, so it is for a copy of the state, not for the loop.
 */
public final class Explainer {
  private final Cluster cluster;
  private final WhyPending why;

  public Explainer(Cluster cluster, WhyPending why) {
    this.cluster = cluster;
    this.why = why;
  }

  /** Explains a job that waits, at a time not before the last fact. */
  public Explanation explain(Job job, long nowMs) {
    Scan scan = best(job, nowMs);
    boolean room = why.hasRoom(job);
    // Where there is room it waits for something else, whoever runs on other nodes.
    List<Holder> onNodes = room ? List.of() : scan.holders();
    LicenceScan licences = new LicenceScan(cluster, job);
    List<Holder> holders = licences.join(onNodes, nowMs);
    Rivals rivals = Rivals.of(cluster, job);
    Queue queue = queue(job, rivals, room);
    return new Explanation(
        job.image(),
        why.why(job, () -> rivals),
        scan.room(),
        first(holders),
        holders.size(),
        queue.ahead(),
        queue.aheadCount(),
        cluster.priorities().backlog().jobs(),
        queue.looked(),
        new LimitTree(cluster, nowMs).uses(Claim.of(job)),
        new Multifactor(cluster, nowMs).terms(job),
        scan.kept(),
        new WhyPreempting(cluster, nowMs).of(job, onNodes, room ? List.of() : scan.keeps(cluster)),
        tasks(job),
        scan.components.found(cluster.policy().switches()),
        scan.groups.found(),
        licences.join(scan.missing()),
        why.unpaid(job).orElse(""));
  }

  /** What there is of the alternative of which most nodes have room. */
  private Scan best(Job job, long nowMs) {
    Scan best = null;
    for (JobSpec spec : job.spec().shapes()) {
      for (NodeWish each : cluster.wishOf(spec).alternatives()) {
        Scan scan = new Scan(job, spec, each, new WhyReserved(cluster), nowMs);
        cluster.nodes().all().forEach(scan::look);
        scan.blame();
        best = best == null || scan.isBetterThan(best) ? scan : best;
      }
    }
    return best;
  }

  private static Explanation.Tasks tasks(Job job) {
    if (job.array() == null) {
      return null;
    }
    ArrayProgress progress = job.array();
    return new Explanation.Tasks(
        job.spec().array().tasks().count(),
        progress.waiting(),
        progress.holding(),
        progress.live() - progress.holding(),
        job.image().array().ended());
  }

  private static <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(all.size(), Explanation.MAX_LISTED));
  }

  private record Queue(List<Other> ahead, int aheadCount, int looked) {}

  private Queue queue(Job job, Rivals rivals, boolean room) {
    if (!job.startable()) {
      return new Queue(List.of(), -1, 0);
    }
    Rivals.Before before = rivals.before(job, room, Explanation.MAX_LISTED);
    return new Queue(
        before.first().stream().map(Explainer::other).toList(),
        before.count(),
        before.isAll() ? 0 : before.looked());
  }

  static Other other(Job job) {
    return new Other(job.id(), job.user(), job.spec().project(), job.promisedMs());
  }

  /** Counts over all nodes what a job needs. */
  private static final class Scan {
    private final Job job;
    private final JobSpec spec;
    private final NodeWish wish;
    private final ComponentScan components;
    private final GroupScan groups;
    private final int needed;
    private final List<Short> shorts = new ArrayList<>();
    private final Shortage shortage = new Shortage();
    private final WhyReserved reservations;
    private final long nowMs;
    private final TreeMap<ReservationName, Explanation.Kept> kept = new TreeMap<>();
    private final int smallCores;
    private final int largeCores;
    private final int largeNodes;
    private final TreeMap<NodeShape, Boolean> roomWhenIdle = new TreeMap<>();
    private final TreeMap<JobId, Holder> holders = new TreeMap<>();
    private final HeldParts held = new HeldParts();
    private int fitNow;
    private int largeFitNow;
    private int fitIdle;
    private int drained;
    private int down;
    private long freeCores;
    private long usableCores;

    /** A node without room that could be one of its own. */
    private record Short(Node node, int groups, NavigableSet<String> lacks) {}

    private Scan(Job job, JobSpec spec, NodeWish wish, WhyReserved reservations, long nowMs) {
      this.job = job;
      this.spec = spec;
      this.wish = wish;
      this.components = new ComponentScan(spec, wish);
      this.groups = new GroupScan(spec, wish);
      this.needed = wish.needed(spec);
      this.reservations = reservations;
      this.nowMs = nowMs;
      this.smallCores = spec.coresOnNode(spec.nodes() - 1);
      this.largeCores = spec.coresOnNode(0);
      this.largeNodes = spec.tasks() % spec.nodes();
    }

    private boolean isBetterThan(Scan other) {
      long more = lacks() - other.lacks();
      return more < 0 || more == 0 && fitIdle > other.fitIdle;
    }

    /** How many nodes are missing. */
    private long lacks() {
      return Math.max(0L, spec.nodes() - fitNow)
          + Math.max(0L, largeNodes - largeFitNow)
          + groups.lacks()
          + components.lacks();
    }

    private void look(Node node) {
      boolean whenIdle =
          roomWhenIdle.computeIfAbsent(
              NodeShape.of(node.facts()),
              _ -> fits(NodeCapacity.idle(node.facts()), NodeNeed.small(spec)));
      int serves = wish.groups(node.name(), node.settings()) & needed;
      if (node.takesRuns() && wish.hasInPartition(node.name())) {
        usableCores += node.facts().cores();
        freeCores += node.capacity().freeCores();
      }
      int own = serves & (1 << wish.groupCount(0)) - 1;
      boolean may =
          serves != 0 && node.takesRuns() && reservations.keeper(job, node, nowMs).isEmpty();
      NavigableSet<String> held = components.look(node, may ? serves : 0);
      NavigableSet<String> lacks = whenIdle && own != 0 ? lacks(node, own) : new TreeSet<>();
      if (!held.isEmpty()) {
        held.addAll(lacks);
        hold(node, held);
      } else if (!lacks.isEmpty()) {
        shorts.add(new Short(node, own, lacks));
      }
    }

    /** Names who holds the nodes without room, of those groups that have too few with room. */
    private void blame() {
      int lacking = groups.lacking();
      for (Short each : shorts) {
        if ((each.groups() & lacking) != 0) {
          hold(each.node(), each.lacks());
          shortage.add(each.lacks());
        }
      }
    }

    /** Counts a node that could be one of its own; says what runs hold there that is missing. */
    private NavigableSet<String> lacks(Node node, int own) {
      if (!node.takesRuns()) {
        down += node.isUp() ? 0 : 1;
        drained += node.isUp() ? 1 : 0;
        return new TreeSet<>();
      }
      fitIdle++;
      groups.addIdle(own);
      if (isKept(node)) {
        return new TreeSet<>();
      }
      boolean now = fits(node.capacity(), NodeNeed.small(spec));
      fitNow += now ? 1 : 0;
      groups.addNow(now ? own : 0);
      boolean largeNow = now && fits(node.capacity(), NodeNeed.large(spec));
      largeFitNow += largeNow ? 1 : 0;
      if (now && (largeNodes == 0 || largeNow)) {
        return new TreeSet<>();
      }
      return Shortage.on(node, now ? NodeNeed.large(spec) : NodeNeed.small(spec));
    }

    /** What its own nodes lack, where too few have room. */
    private List<Explanation.Lack> missing() {
      boolean enough = fitNow >= spec.nodes() && largeFitNow >= largeNodes && groups.lacks() == 0;
      return enough ? List.of() : shortage.found();
    }

    /** What those keep that it may suspend, where for that alone too few nodes would have room. */
    private List<Explanation.Lack> keeps(Cluster cluster) {
      KeptAside aside = new KeptAside(cluster, job);
      Shortage kept = new Shortage();
      int lacking = groups.lacking();
      int left = fitNow;
      for (Short each : shorts) {
        if ((each.groups() & lacking) != 0) {
          NavigableSet<String> keeps =
              aside.on(each.node(), NodeNeed.small(spec), each.lacks(), held);
          kept.add(keeps);
          left += keeps.isEmpty() ? 1 : 0;
        }
      }
      return left >= spec.nodes() ? List.of() : kept.found();
    }

    /** Counts a node that is kept for others before the job would have ended. */
    private boolean isKept(Node node) {
      ReservationState keeper =
          reservations.isOwn(job, node) ? reservations.keeper(job, node, nowMs).orElse(null) : null;
      if (keeper == null) {
        return false;
      }
      Reservation rules = keeper.rules();
      kept.merge(
          rules.name(),
          new Explanation.Kept(
              rules.name(),
              WhyReserved.isKnown(job, rules),
              rules.maintenance(),
              1,
              keeper.startMs(),
              keeper.startMs() + rules.durationMs(),
              keeper.isOpen()),
          (known, one) ->
              new Explanation.Kept(
                  known.name(),
                  known.known(),
                  known.maintenance(),
                  known.nodes() + one.nodes(),
                  known.fromMs(),
                  known.toMs(),
                  known.open()));
      return true;
    }

    private List<Explanation.Kept> kept() {
      return List.copyOf(kept.values());
    }

    private boolean fits(Capacity capacity, NodeNeed need) {
      return capacity.choose(need) != null;
    }

    private void hold(Node node, NavigableSet<String> missing) {
      for (Job each : node.holders()) {
        if (Shortage.isHeldBy(held.on(each, node.name()), missing)) {
          hold(each, node);
        }
      }
    }

    private void hold(Job holder, Node node) {
      int here = 0;
      for (Allocation each : held.on(holder, node.name())) {
        here += each.cores().size();
      }
      int cores = here;
      holders.merge(
          holder.id(),
          new Holder(other(holder), cores, JobClock.latestEndMs(holder, nowMs)),
          (known, more) ->
              new Holder(known.other(), known.cores() + more.cores(), known.endsByMs()));
    }

    private List<Holder> holders() {
      List<Holder> sorted = new ArrayList<>(holders.values());
      sorted.sort(Comparator.comparingLong(Holder::endsByMs));
      return sorted;
    }

    private Explanation.Room room() {
      return new Explanation.Room(
          spec.nodes(),
          smallCores,
          largeNodes,
          largeCores,
          fitNow,
          largeFitNow,
          fitIdle,
          drained,
          down,
          freeCores,
          usableCores);
    }
  }
}
