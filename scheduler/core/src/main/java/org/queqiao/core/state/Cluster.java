package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.StepsImage;
import org.queqiao.core.message.ReservationStatus;
import org.queqiao.core.placement.NodeWish;

/**
 * The tables of the machine. Everybody in the core may read them; only {@link EventApplier} and
 * this package write.
 */
public final class Cluster {
  /**
   * How long an ended job is kept: 1 h. Clients that poll find its end; older ones are in the
   * accounting database.
   */
  public static final long KEEP_FINISHED_MS = 3_600_000;

  /** How many ended jobs are kept at most; the oldest go first. */
  public static final int KEEP_FINISHED_COUNT = 20_000;

  /** How many bytes of distinct scripts and environments are accepted: a quarter of a gigabyte. */
  public static final long MAX_CONTENT_BYTES = 256L << 20;

  /** From here on ended jobs go early, so that waiting ones have room. */
  private static final long CROWDED_CONTENT_BYTES = MAX_CONTENT_BYTES / 2;

  /** Even then an end stays visible for this long. */
  private static final long KEEP_CROWDED_MS = 60_000;

  private final Policy policy = new Policy();
  private final NodeTable nodes = new NodeTable();
  private final Offered offered = new Offered(policy, nodes);
  private final Priorities priorities = new Priorities(offered);
  private final Outranking outranking = new Outranking(policy, priorities);
  private final Learning learning = new Learning(policy);
  private final JobTable jobs = new JobTable(priorities, learning);
  private final AccountTree accounts = new AccountTree();
  private final Licences licences = new Licences();
  private final Candidates candidates = new Candidates(this);
  private final IdempotencyTable keys = new IdempotencyTable();
  private final SharedContent content = new SharedContent();
  private final OutcomeTable outcomes = new OutcomeTable();
  private final ReservationTable reservations = new ReservationTable();
  private final StepTable steps = new StepTable();
  private final WalletTable wallets = new WalletTable(this);
  private final MoneyTable money = new MoneyTable(this);
  private final ObservedTable observed = new ObservedTable(this);
  private long position;
  private long timeMs;
  private long lastJobId;
  private long chances;
  private final EarlyRoom earlyRoom = new EarlyRoom();
  private final PlannedChanges planned = new PlannedChanges();

  /** A cluster in which nothing has happened yet. */
  public Cluster() {}

  /**
   * The cluster of an image.
   *
   * @throws IllegalStateException when the image contradicts itself, such as one core held twice
   */
  public static Cluster from(ClusterImage image) {
    return from(image, image.jobs());
  }

  /**
   * The cluster of an image whose jobs come from elsewhere, in the order of their numbers.
   *
   * @throws IllegalStateException when the image contradicts itself, such as one core held twice
   */
  public static Cluster from(ClusterImage image, Iterable<ClusterImage.JobImage> jobs) {
    Cluster cluster = new Cluster();
    cluster.position = image.position();
    cluster.timeMs = image.timeMs();
    cluster.lastJobId = image.lastJobId();
    image.partitions().forEach(cluster::define);
    image.tariffs().forEach(cluster.policy::define);
    cluster.policy.define(image.jobPolicy());
    cluster.policy.define(image.scheduling());
    image.domains().forEach(cluster.accounts::define);
    image.licences().forEach(cluster.licences::define);
    cluster.policy.define(image.topology());
    cluster.priorities.restore(image.priorities());
    for (ClusterImage.ProjectImage each : image.projects()) {
      cluster.accounts.restore(each);
    }
    for (ClusterImage.UserImage each : image.users()) {
      cluster.accounts.define(each.user());
      each.roles().forEach(role -> cluster.accounts.grant(each.user().name(), role));
    }
    image.nodes().forEach(each -> cluster.add(new Node(each)));
    cluster.learning.restore(image.experience());
    image.reservations().forEach(each -> cluster.reservations.put(new ReservationState(each)));
    image.wallets().forEach(cluster.wallets::restore);
    cluster.money.restore(image.money());
    cluster.planned.restore(image.planned());
    image.observed().forEach(cluster.observed::restore);
    cluster.priorities.enterMany();
    for (ClusterImage.JobImage each : jobs) {
      Job job =
          new Job(
              each, cluster.accounts.definition(each.user()), cluster.content.share(each.spec()));
      cluster.jobs.add(job);
      if (job.holdsResources()) {
        cluster.take(job);
      }
    }
    cluster.priorities.entered();
    cluster.learning.restored();
    cluster.earlyRoom.restore(image.earlyRoom());
    image.steps().forEach(cluster::restore);
    image.idempotencyKeys().forEach(cluster.keys::remember);
    image.outcomes().forEach(cluster.outcomes::remember);
    return cluster;
  }

  private void restore(StepsImage image) {
    Job job = jobs.find(image.run().job()).orElse(null);
    if (job == null || !job.isRun(image.run())) {
      // Its run is over, or it is an image with other jobs than it was taken of.
      steps.restorePast(image);
      return;
    }
    steps.put(image);
    for (Allocation each : job.allocations()) {
      Node node = nodes.find(each.node()).orElseThrow(IllegalStateException::new);
      if (steps.livesOn(job, each.node())) {
        node.partBegins(job);
      } else {
        node.partEnds(job);
      }
    }
  }

  /** A copy that stays as it is. */
  public ClusterImage image() {
    List<ClusterImage.ProjectImage> projects = new ArrayList<>();
    accounts.projects().forEach(each -> projects.add(each.image()));
    List<ClusterImage.UserImage> users = new ArrayList<>();
    accounts.accounts().forEach(each -> users.add(each.image()));
    List<ClusterImage.NodeImage> nodeImages = new ArrayList<>();
    nodes.all().forEach(each -> nodeImages.add(each.image()));
    List<ClusterImage.JobImage> jobImages = new ArrayList<>();
    jobs.all().forEach(each -> jobImages.add(each.image()));
    return new ClusterImage(
        position,
        timeMs,
        lastJobId,
        List.copyOf(policy.partitions()),
        policy.tariffs(),
        List.copyOf(accounts.domains()),
        projects,
        users,
        nodeImages,
        jobImages,
        keys.all(),
        outcomes.all(),
        policy.statedJobPolicy(),
        policy.statedScheduling(),
        priorities.image(),
        List.copyOf(licences.all()),
        policy.topology(),
        learning.image(),
        reservations.images(),
        wallets.images(),
        money.image(),
        observed.images(),
        steps.images(),
        earlyRoom.unanswered(),
        planned.image());
  }

  /** SHA-256 over the canonical form of everything that the log determines. */
  public byte[] digest() {
    return StateDigest.of(this);
  }

  void advance(long toPosition, long toMs) {
    position = toPosition;
    timeMs = toMs;
  }

  void jobNumberUsed(long number) {
    lastJobId = number;
  }

  /** What shall be done with a run has changed: on every node on which something of it lives. */
  void desiredSetChanged(Job job) {
    for (Allocation each : job.allocations()) {
      if (each.node().equals(job.scriptNode()) || steps.livesOn(job, each.node())) {
        nodes.find(each.node()).orElseThrow(IllegalStateException::new).desiredSetChanged();
      }
    }
  }

  /** Gives a job the resources of its allocations. */
  void take(Job job) {
    licences.take(job.spec().placement().licences());
    for (Allocation allocation : job.allocations()) {
      Node node = nodes.find(allocation.node()).orElseThrow(IllegalStateException::new);
      node.take(job, allocation);
      nodes.refresh(node);
    }
  }

  /** Takes back what a job holds; its run has ended at this time. */
  void give(Job job, long endMs) {
    licences.give(job.spec().placement().licences());
    steps.over(job, endMs);
    for (Allocation allocation : job.allocations()) {
      Node node = nodes.find(allocation.node()).orElseThrow(IllegalStateException::new);
      node.give(job, allocation);
      nodes.refresh(node);
    }
  }

  /** A stopped run lets others use its cores; it is said of its job after this. */
  void yields(Job job) {
    for (Allocation each : job.allocations()) {
      nodes.find(each.node()).orElseThrow().cores().yields(job, each);
    }
  }

  /** A stopped run has its cores again; it is said of its job after this. */
  void regains(Job job) {
    for (Allocation each : job.allocations()) {
      nodes.find(each.node()).orElseThrow().cores().regains(job, each);
    }
  }

  /** Something happened after which a pass may decide what it did not before. */
  void newChance() {
    chances++;
  }

  /** Forgets ended jobs and keys that are too old or too many. */
  void evict() {
    keys.evict(timeMs);
    while (!jobs.finished().isEmpty()) {
      JobTable.Moment oldest = jobs.finished().first();
      boolean tooOld = oldest.timeMs() + KEEP_FINISHED_MS <= timeMs;
      boolean tooMany = jobs.finished().size() > KEEP_FINISHED_COUNT;
      boolean crowded =
          content.bytes() > CROWDED_CONTENT_BYTES && oldest.timeMs() + KEEP_CROWDED_MS <= timeMs;
      if (!tooOld && !tooMany && !crowded) {
        return;
      }
      Job job = jobs.find(oldest.job()).orElseThrow(IllegalStateException::new);
      jobs.forget(job);
      if (job.task() == null) {
        outcomes.remember(JobImages.outcome(job));
      }
      content.letGo(job.content());
    }
  }

  /** Position of the last applied event; 0 at the beginning. */
  public long position() {
    return position;
  }

  /** Logical time of the last applied event. */
  public long timeMs() {
    return timeMs;
  }

  public long lastJobId() {
    return lastJobId;
  }

  /**
   * Counts the events after which a pass may decide what it did not before: one that found nothing
   * finds nothing again while this stays the same.
   */
  public long chances() {
    return chances;
  }

  /** What brought room earlier than the promises count on. */
  public EarlyRoom earlyRoom() {
    return earlyRoom;
  }

  /** What the nodes of each partition offer. */
  public Offered offered() {
    return offered;
  }

  /** A partition is as this says; jobs that leave something to its nodes get other places. */
  void define(PartitionDefined partition) {
    priorities.moveThoseThatLeaveToNodes(() -> {
      policy.define(partition);
      offered.relist(partition.name());
    });
  }

  /** A node is new. */
  void add(Node node) {
    offering(null, node.facts(), () -> nodes.add(node));
  }

  /** A node registers again. */
  void register(Node node, NodeFacts facts) {
    offering(node.facts(), facts, () -> nodes.reshape(node, () -> node.register(facts)));
  }

  private void offering(NodeFacts before, NodeFacts after, Runnable change) {
    Runnable counted =
        () -> {
          offered.count(before, after);
          change.run();
        };
    if (offered.changesWith(before, after)) {
      priorities.moveThoseThatLeaveToNodes(counted);
    } else {
      counted.run();
    }
  }

  /** Whether jobs could run on idle nodes. */
  public Candidates candidates() {
    return candidates;
  }

  /** Which nodes a job may use, and in which groups. */
  public NodeWish wishOf(JobSpec spec) {
    return NodeWish.of(spec.placement(), policy.nodesOf(spec.partition()));
  }

  /** Whose jobs may push whose aside. */
  public Outranking outranking() {
    return outranking;
  }

  /** Order and shares. */
  public Priorities priorities() {
    return priorities;
  }

  public JobTable jobs() {
    return jobs;
  }

  public NodeTable nodes() {
    return nodes;
  }

  /** Changes of prices and money by two people. */
  public MoneyTable money() {
    return money;
  }

  public AccountTree accounts() {
    return accounts;
  }

  public Policy policy() {
    return policy;
  }

  public Licences licences() {
    return licences;
  }

  /** How long jobs are believed to run. */
  public Learning learning() {
    return learning;
  }

  public IdempotencyTable keys() {
    return keys;
  }

  public OutcomeTable outcomes() {
    return outcomes;
  }

  /** The advance reservations. */
  public ReservationTable reservations() {
    return reservations;
  }

  /** The steps of runs, and where their parts live. */
  public StepTable steps() {
    return steps;
  }

  public ObservedTable observed() {
    return observed;
  }

  /** What the site said ahead. */
  public PlannedChanges planned() {
    return planned;
  }

  /** The wallets of projects that pay before. */
  public WalletTable wallets() {
    return wallets;
  }

  /** The runs that hold nodes of a reservation and use it, by number. */
  public Collection<Job> runsIn(Reservation reservation) {
    TreeMap<JobId, Job> found = new TreeMap<>();
    for (NodeName node : reservation.nodes()) {
      for (Job job : nodes.find(node).orElseThrow(IllegalStateException::new).holders()) {
        if (reservation.name().equals(job.reservation())) {
          found.put(job.id(), job);
        }
      }
    }
    return found.values();
  }

  /** The reservations with their use until a moment. */
  public List<ReservationStatus> reservationStatus(long untilMs) {
    List<ReservationStatus> out = new ArrayList<>();
    for (ReservationState each : reservations.all()) {
      long cores = coresOf(each.rules().nodes());
      long used = each.image().usedCoreMs();
      long reserved = each.image().reservedCoreMs();
      if (each.isOpen()) {
        long spentMs = Math.max(0, Math.min(untilMs, each.endMs()) - each.startMs());
        reserved = Math.addExact(reserved, Math.multiplyExact(cores, spentMs));
        for (Job job : runsIn(each.rules())) {
          used = Math.addExact(used, each.coreMsOf(job, untilMs));
        }
      }
      out.add(new ReservationStatus(each.image(), cores, reserved, used));
    }
    return out;
  }

  /** How many cores these nodes have together. */
  public long coresOf(List<NodeName> names) {
    long cores = 0;
    for (NodeName each : names) {
      cores += nodes.find(each).orElseThrow(IllegalStateException::new).facts().cores();
    }
    return cores;
  }

  public SharedContent content() {
    return content;
  }
}
