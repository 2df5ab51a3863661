package org.queqiao.core.limit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Explanation.LimitUse;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Member;
import org.queqiao.core.state.Tallies;
import org.queqiao.core.state.Tally;
import org.queqiao.core.state.UsageTable;
import org.queqiao.core.state.UsePart;

/**
 * All limits that a job is under: of the centre, the platform and project, the member, the user,
 * the QOS and the partition. Counts what this pass has started on top of what runs.
 */
public final class LimitTree {
  private final Cluster cluster;
  private final long nowMs;
  private final BudgetGate gate;
  private final TreeMap<Subject, TreeMap<Tallies.Part, Tally>> started = new TreeMap<>();
  private final TreeMap<Used, Long> used = new TreeMap<>();
  private final TreeMap<UsePart, Long> past = new TreeMap<>();
  private long opensMs = Long.MAX_VALUE;

  /** Limits at a moment, which is also that of the starts. */
  public LimitTree(Cluster cluster, long nowMs) {
    this.cluster = cluster;
    this.nowMs = nowMs;
    this.gate = new BudgetGate(cluster, nowMs);
  }

  /**
   * A limit that does not let a job start.
   *
   * @param why the limit in Slurm's word and in a sentence
   * @param whateverShape whether no other job of the same user, project, partition and QOS could
   *     start either
   * @param field what of the job asks for too much; empty where nothing of it can be otherwise
   */
  public record Block(PendingWhy why, boolean whateverShape, String field) {}

  /** What limits say to a job that may start otherwise. */
  public enum Answer {
    PASSES,
    BLOCKED,
    /** And no other job of the same user, project, partition and QOS could start either. */
    ALL_BLOCKED
  }

  /** Of which part of a subject how much of what a limit bounds is used. */
  private record Used(Subject subject, Tallies.Part part, Quantity quantity, String gres)
      implements Comparable<Used> {
    @Override
    public int compareTo(Used other) {
      int order = subject.compareTo(other.subject);
      order = order != 0 ? order : part.compareTo(other.part);
      order = order != 0 ? order : quantity.compareTo(other.quantity);
      return order != 0 ? order : gres.compareTo(other.gres);
    }
  }

  /**
   * What all jobs of one user, project, partition and QOS are asked, as long as this tree is told
   * of no start: so many jobs can be asked that waiting for a limit costs next to nothing.
   */
  public final class Account {
    private final Claim one;
    private final List<LimitUse> uses = new ArrayList<>();
    private final BudgetGate.Payer payer;
    private boolean full;

    private Account(Claim one) {
      this.one = one;
      forEachLimit(one, false, (subject, limit) -> uses.add(use(one, subject, limit, 0)));
      payer = gate.payer(one);
    }

    /** Whether no job of it is ever kept out. */
    public boolean isFree() {
      return uses.isEmpty() && payer == null;
    }

    /** Whether a job of it was asked for and a limit kept all of them out. */
    public boolean isFull() {
      return full;
    }

    /** Asks for a job of it with the least that it gets. */
    public Answer ask(JobSpec spec, Demand least) {
      if (full) {
        return Answer.ALL_BLOCKED;
      }
      for (LimitUse each : uses) {
        LimitUse use =
            new LimitUse(
                each.subject(), each.limit(), each.used(), asks(spec, least, each.limit()));
        if (use.blocks()) {
          opensMs = Math.min(opensMs, opensAt(one, use));
          full = blocksAll(use);
          return full ? Answer.ALL_BLOCKED : Answer.BLOCKED;
        }
      }
      if (payer == null || payer.pays(spec, least)) {
        return Answer.PASSES;
      }
      unpaid(one);
      return payer.isEmpty() ? Answer.ALL_BLOCKED : Answer.BLOCKED;
    }
  }

  /** What is asked of all jobs like this one. */
  public Account account(Claim one) {
    return new Account(one);
  }

  /** The least that a job gets. */
  public Demand least(JobSpec spec) {
    return Demand.least(spec, cluster.offered().of(spec.partition()));
  }

  /** As {@link #blocks(Claim, List)}, with the least that the job gets. */
  public Optional<Block> blocks(Claim job) {
    Demand asked = asked(job.spec());
    LimitUse use = firstBlocking(job, asked, false, null);
    return use == null ? unpaid(job, gate.blocks(job, asked)) : blockedBy(job, use);
  }

  private Demand asked(JobSpec spec) {
    return Demand.leastOfAll(spec, cluster.offered().of(spec.partition()));
  }

  /**
   * The first limit that does not let a waiting job start with these resources, or the wallet that
   * cannot pay for it.
   */
  public Optional<Block> blocks(Claim job, List<Allocation> chosen) {
    LimitUse use = firstBlocking(job, Demand.of(job.spec(), chosen), false, null);
    return use == null ? unpaid(job, gate.blocks(job, chosen)) : blockedBy(job, use);
  }

  private Optional<Block> unpaid(Claim job, Optional<Block> block) {
    block.ifPresent(_ -> unpaid(job));
    return block;
  }

  /** Another wallet may pay for it. */
  private void unpaid(Claim job) {
    opensMs = Math.min(opensMs, gate.otherPayerMs(job.spec().project()));
  }

  private Optional<Block> blockedBy(Claim job, LimitUse use) {
    opensMs = Math.min(opensMs, opensAt(job, use));
    return Optional.of(block(job, use));
  }

  /**
   * When the first of the limits that blocked a job may let it start without any fact, because use
   * fades, the time limits of what runs come nearer or another wallet pays; the greatest number
   * when none will.
   */
  public long opensMs() {
    return opensMs;
  }

  private long opensAt(Claim job, LimitUse use) {
    Limit limit = use.limit();
    boolean together = limit.scope() != LimitScope.JOB;
    if (together && limit.quantity() == Quantity.CORE_MS) {
      return usage().fadesMs(nowMs);
    }
    if (limit.quantity() != Quantity.RUNNING_CORE_MS || use.asks() > limit.most()) {
      return Long.MAX_VALUE;
    }
    Tallies.Part part = Tallies.part(limit.scope(), job);
    Tally before = cluster.priorities().tallies().of(use.subject(), part);
    Tally now = startedOf(use.subject(), part);
    long cores = before.movingCores() + (now == null ? 0 : now.movingCores());
    // Where the limit is full, others of its jobs may ask for less than this one.
    long over = use.used() - limit.most() + (isFull(use) ? 1 : use.asks());
    return cores == 0 ? Long.MAX_VALUE : Math.addExact(nowMs, Math.ceilDiv(over, cores));
  }

  private static boolean isFull(LimitUse use) {
    return use.limit().scope() != LimitScope.JOB && use.used() >= use.limit().most();
  }

  private Tally startedOf(Subject subject, Tallies.Part part) {
    return started.getOrDefault(subject, new TreeMap<>()).get(part);
  }

  /** The first limit that does not let a job in at all: how many may wait, how large one may be. */
  public Optional<Block> refuses(Claim job) {
    return Optional.ofNullable(firstBlocking(job, asked(job.spec()), true, null))
        .map(use -> block(job, use));
  }

  /** As {@link #refuses}, for a job that is counted already where it stays. */
  public Optional<Block> refusesChange(Claim before, Claim after) {
    Demand demand = asked(after.spec());
    PlatformName old = cluster.priorities().platformOf(before.spec().project());
    List<Subject> counted = Tallies.subjectsOf(before, old);
    PlatformName platform = cluster.priorities().platformOf(after.spec().project());
    for (Subject subject : Tallies.subjectsOf(after, platform)) {
      for (Limit limit : cluster.priorities().rules(subject).limits()) {
        boolean already =
            limit.quantity() == Quantity.SUBMITTED_JOBS
                && counted.contains(subject)
                && Tallies.part(limit.scope(), before).equals(Tallies.part(limit.scope(), after));
        LimitUse use = use(after, subject, limit, asks(after.spec(), demand, limit));
        if (isAsked(limit, true) && !already && use.blocks()) {
          return Optional.of(block(after, use));
        }
      }
    }
    return Optional.empty();
  }

  /** Every limit that has a say in whether a waiting job starts, with its use. */
  public List<LimitUse> uses(Claim job) {
    List<LimitUse> all = new ArrayList<>();
    firstBlocking(job, asked(job.spec()), false, all);
    return all;
  }

  /** The first use that blocks, or null; with a list, all uses go there instead. */
  private LimitUse firstBlocking(Claim job, Demand demand, boolean atSubmit, List<LimitUse> all) {
    LimitUse[] first = new LimitUse[1];
    forEachLimit(
        job,
        atSubmit,
        (subject, limit) -> {
          LimitUse use =
              first[0] != null ? null : use(job, subject, limit, asks(job.spec(), demand, limit));
          if (use != null && all != null) {
            all.add(use);
          } else if (use != null && use.blocks()) {
            first[0] = use;
          }
        });
    return first[0];
  }

  /** Calls for each limit that has a say. */
  private void forEachLimit(Claim job, boolean atSubmit, BiConsumer<Subject, Limit> each) {
    if (cluster.priorities().tallies().isEmpty()) {
      return;
    }
    PlatformName platform = cluster.priorities().platformOf(job.spec().project());
    for (Subject subject : Tallies.subjectsOf(job, platform)) {
      for (Limit limit : cluster.priorities().rules(subject).limits()) {
        if (isAsked(limit, atSubmit)) {
          each.accept(subject, limit);
        }
      }
    }
  }

  private static boolean isAsked(Limit limit, boolean atSubmit) {
    boolean ofSubmit = limit.quantity() == Quantity.SUBMITTED_JOBS;
    return atSubmit ? ofSubmit || limit.scope() == LimitScope.JOB : !ofSubmit;
  }

  private LimitUse use(Claim job, Subject subject, Limit limit, long asks) {
    return new LimitUse(
        subject, limit, limit.scope() == LimitScope.JOB ? 0 : used(job, subject, limit), asks);
  }

  private static long asks(JobSpec spec, Demand demand, Limit limit) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> 1;
      // Of an array each task counts, as in Slurm.
      case SUBMITTED_JOBS -> spec.array() == null ? 1 : spec.array().tasks().count();
      case CORES -> demand.cores();
      case NODES -> demand.nodes();
      case MEM_BYTES -> demand.memBytes();
      case GRES -> demand.gres().getOrDefault(limit.gres(), 0L);
      case LIMIT_MS -> spec.limitMs();
      case CORE_MS, RUNNING_CORE_MS -> Math.multiplyExact(demand.cores(), spec.limitMs());
    };
  }

  private long used(Claim job, Subject subject, Limit limit) {
    Tallies.Part part = Tallies.part(limit.scope(), job);
    Used which = new Used(subject, part, limit.quantity(), limit.gres());
    Long known = used.get(which);
    if (known == null) {
      known = count(subject, part, limit);
      used.put(which, known);
    }
    return known;
  }

  private long count(Subject subject, Tallies.Part part, Limit limit) {
    Tally before = cluster.priorities().tallies().of(subject, part);
    Tally now = startedOf(subject, part);
    if (limit.quantity() == Quantity.CORE_MS) {
      long rest = before.restCoreMs(nowMs) + (now == null ? 0 : now.restCoreMs(nowMs));
      return Math.addExact(pastCoreMs(subject, part), rest);
    }
    return before.used(limit, nowMs) + (now == null ? 0 : now.used(limit, nowMs));
  }

  /** Use of a part of a subject as it counts now; starts of this pass have used nothing yet. */
  private long pastCoreMs(Subject subject, Tallies.Part part) {
    return past.computeIfAbsent(
        new UsePart(subject, part),
        _ ->
            usage()
                .asOf(weightedUse(subject, part), nowMs)
                .divide(BigInteger.valueOf(1000))
                .longValueExact());
  }

  private UsageTable usage() {
    return cluster.priorities().usage();
  }

  private BigInteger weightedUse(Subject subject, Tallies.Part part) {
    return switch (subject) {
      case Subject.Centre _ -> sum(usage().members(), _ -> true);
      case Subject.Platform(var name) ->
          sum(
              usage().members(),
              each -> name.equals(cluster.priorities().platformOf(each.project())));
      case Subject.Project(var name) -> sum(usage().members(), each -> name.equals(each.project()));
      case Subject.Member(var project, var user) -> usage().use(new Member(project, user), nowMs);
      case Subject.User(var name) -> sum(usage().membersOf(name), _ -> true);
      case Subject.Qos _, Subject.Partition _ -> usage().use(new UsePart(subject, part), nowMs);
    };
  }

  private BigInteger sum(Collection<Member> members, Predicate<Member> counts) {
    BigInteger sum = BigInteger.ZERO;
    for (Member each : members) {
      if (counts.test(each)) {
        sum = sum.add(usage().use(each, nowMs));
      }
    }
    return sum;
  }

  private static Block block(Claim job, LimitUse use) {
    return new Block(
        why(job, use), blocksAll(use), LimitField.of(job.spec(), use.subject(), use.limit()));
  }

  private static PendingWhy why(Claim job, LimitUse use) {
    return new PendingWhy(
        SlurmWords.of(use.subject(), use.limit()), sentence(job.user(), job.spec(), use));
  }

  /**
   * As {@link #blocks(Claim, List)}, in words, for nodes that are the smallest that have room:
   * where smaller ones come free, it may be no limit any more.
   */
  public Optional<PendingWhy> blocksOn(Claim job, List<Allocation> smallest) {
    LimitUse use = firstBlocking(job, Demand.of(job.spec(), smallest), false, null);
    if (use == null) {
      return gate.blocks(job, smallest).map(Block::why);
    }
    return Optional.of(
        new PendingWhy(
            SlurmWords.of(use.subject(), use.limit()),
            amounts(job.user(), job.spec(), use) + " on the smallest nodes that have room now"));
  }

  /**
   * The first limit of which a job asks for more than it leaves to anybody, so that it cannot start
   * while both stay as they are.
   */
  public Optional<PendingWhy> never(Claim job) {
    return uses(job).stream().filter(LimitUse::isNeverMet).findFirst().map(use -> why(job, use));
  }

  private static boolean blocksAll(LimitUse use) {
    return isFull(use)
        && switch (use.limit().quantity()) {
          case RUNNING_JOBS, SUBMITTED_JOBS, CORES, NODES, CORE_MS, RUNNING_CORE_MS -> true;
          case MEM_BYTES, GRES, LIMIT_MS -> false;
        };
  }

  /** A limit in words: whose, how much, who has how much of it, and what a job asks for. */
  public static String sentence(UserName user, JobSpec spec, LimitUse use) {
    return amounts(user, spec, use)
        + (use.isNeverMet() ? ", so it cannot start while both stay as they are" : "");
  }

  private static String amounts(UserName user, JobSpec spec, LimitUse use) {
    Limit limit = use.limit();
    String whose =
        switch (limit.scope()) {
          case GROUP -> "";
          case JOB -> " for each job";
          case USER -> " for each user";
          case PROJECT -> " for each project";
        };
    String who =
        switch (limit.scope()) {
          case GROUP -> name(use.subject());
          case JOB -> "";
          case USER -> "user " + user;
          case PROJECT -> "project " + spec.project();
        };
    return name(use.subject())
        + " may have "
        + limit.most()
        + " "
        + what(limit)
        + whose
        + "; "
        + (who.isEmpty() ? "" : who + " has " + use.used() + ", ")
        + "this job asks for "
        + use.asks();
  }

  private static String name(Subject subject) {
    return subject.label().isEmpty()
        ? "the " + subject.kind()
        : subject.kind() + " " + subject.label();
  }

  private static String what(Limit limit) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> "running jobs";
      case SUBMITTED_JOBS -> "jobs that wait or run";
      case CORES -> "cores";
      case NODES -> "nodes";
      case MEM_BYTES -> "bytes of memory";
      case GRES ->
          limit.isOfLicence() ? "licences of " + limit.licence() : limit.gres() + " devices";
      case LIMIT_MS -> "ms of time limit";
      case CORE_MS -> "core-ms, used and committed";
      case RUNNING_CORE_MS -> "core-ms committed to running jobs";
    };
  }

  /** A pass has decided to start a job with these resources. */
  public void started(Claim job, List<Allocation> chosen) {
    gate.started(job, chosen);
    count(job, Demand.of(job.spec(), chosen));
  }

  /** A pass makes room for a start of a job, which will get no less than it asks for. */
  public void claimed(Claim job) {
    Demand asked = asked(job.spec());
    gate.claimed(job, asked);
    count(job, asked);
  }

  private void count(Claim job, Demand demand) {
    if (cluster.priorities().tallies().isEmpty()) {
      return;
    }
    used.clear();
    long deadlineMs = Math.addExact(nowMs, job.spec().limitMs());
    PlatformName platform = cluster.priorities().platformOf(job.spec().project());
    for (Subject subject : Tallies.subjectsOf(job, platform)) {
      for (Tallies.Part part : Tallies.partsOf(job)) {
        started
            .computeIfAbsent(subject, _ -> new TreeMap<>())
            .computeIfAbsent(part, _ -> new Tally())
            .running(demand, deadlineMs, 1);
      }
    }
  }
}
