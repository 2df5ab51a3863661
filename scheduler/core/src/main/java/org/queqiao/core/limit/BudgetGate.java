package org.queqiao.core.limit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.state.AllowanceTable;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Purse;
import org.queqiao.core.state.Wallet;

/**
 * Whether the wallet that pays for a project can pay the most that a run may cost, and whether the
 * budgets of the project and of its user leave that much. Counts what this pass has started on top
 * of what runs. A project without a wallet pays afterwards and is let through, and so is what costs
 * nothing.
 */
public final class BudgetGate {
  /** What Slurm shows when the billing minutes of an account are used up. */
  public static final String WORD = "AssocGrpBillingMinutes";

  private final Cluster cluster;
  private final long startMs;
  private final TreeMap<String, BigInteger> started = new TreeMap<>();
  private final TreeMap<PayerKey, Payer> payers = new TreeMap<>();

  /** What is left of allowances, where this pass has taken of them. */
  private final TreeMap<Long, Covering.Left> drawn = new TreeMap<>();

  /**
   * A gate for starts at one moment.
   *
   * @param startMs when runs start: prices are those from then on
   */
  public BudgetGate(Cluster cluster, long startMs) {
    this.cluster = cluster;
    this.startMs = startMs;
  }

  /**
   * What must cover a start: a wallet, or a budget.
   *
   * @param purse the budget, or null for a wallet
   */
  private record Source(Wallet wallet, Purse purse) {
    boolean isOfCoreTime() {
      return purse != null && purse.isOfCoreTime();
    }

    String key() {
      return purse == null ? "wallet " + wallet.project() : "budget " + purse.terms().name();
    }

    BigInteger left(BigInteger taken) {
      return purse == null
          ? BigInteger.valueOf(wallet.availableMicro()).subtract(taken)
          : purse.left(taken);
    }
  }

  /** What a run may take of sources of each kind. */
  private final class Needs {
    private final JobSpec spec;
    private final long cores;
    private final Function<JobSpec, BigInteger> money;
    private BigInteger micro;

    Needs(JobSpec spec, long cores, Function<JobSpec, BigInteger> money) {
      this.spec = spec;
      this.cores = cores;
      this.money = money;
    }

    BigInteger of(Source source) {
      if (source.purse() != null && !source.purse().isReachedBy(untilMs(spec))) {
        return BigInteger.ZERO;
      }
      if (source.isOfCoreTime()) {
        return BigInteger.valueOf(cores).multiply(BigInteger.valueOf(spec.limitMs()));
      }
      micro = micro == null ? money.apply(spec) : micro;
      return micro;
    }
  }

  /**
   * What covers the starts of jobs of one user, project, partition and QOS, as long as this gate is
   * told of no start: what was reckoned for one job holds for all that ask for the same.
   */
  final class Payer {
    private final List<Source> sources;

    /** Only looked up, never gone through. */
    private final LinkedHashMap<Asked, Boolean> known = new LinkedHashMap<>();

    /** Whether it pays for nothing at all. */
    private final boolean empty;

    private Payer(JobSpec one, List<Source> sources) {
      this.sources = sources;
      this.empty = sources.stream().anyMatch(each -> paysNothing(one, each));
    }

    boolean isEmpty() {
      return empty;
    }

    /** Whether it pays for a job that gets no less than this. */
    boolean pays(JobSpec spec, Demand asked) {
      Asked what = new Asked(spec.limitMs(), asked.cores(), asked.memBytes(), asked.gres());
      return known.computeIfAbsent(
          what,
          _ -> {
            Needs needs = least(spec, asked);
            return paid(needs);
          });
    }

    private boolean paid(Needs needs) {
      for (Source each : sources) {
        if (!isPaid(needs.of(each), left(each))) {
          return false;
        }
      }
      return true;
    }
  }

  private record Asked(long limitMs, long cores, long memBytes, SortedMap<String, Long> gres) {}

  private record PayerKey(UserName user, ProjectName project, PartitionName partition, String qos)
      implements Comparable<PayerKey> {
    @Override
    public int compareTo(PayerKey other) {
      int order = project.compareTo(other.project);
      order = order != 0 ? order : user.compareTo(other.user);
      order = order != 0 ? order : partition.compareTo(other.partition);
      return order != 0 ? order : qos.compareTo(other.qos);
    }
  }

  /** Who pays for jobs like this one before they start, or null when nobody has to. */
  Payer payer(Claim one) {
    JobSpec spec = one.spec();
    List<Source> sources = sources(one);
    String qos = spec.qos() == null ? "" : spec.qos().value();
    return sources.isEmpty()
        ? null
        : payers.computeIfAbsent(
            new PayerKey(one.user(), spec.project(), spec.partition(), qos),
            _ -> new Payer(spec, sources));
  }

  private BigInteger left(Source source) {
    return source.left(started.getOrDefault(source.key(), BigInteger.ZERO));
  }

  private static boolean isPaid(BigInteger needs, BigInteger left) {
    return needs.signum() == 0 || needs.compareTo(left) <= 0;
  }

  /** Whoever pays anything from the first millisecond on cannot start without any money. */
  private boolean paysNothing(JobSpec spec, Source source) {
    List<Holding.Part> core =
        Holding.parts(Holding.cores(1), spec.partition(), spec.qos(), spec.project());
    return left(source).signum() <= 0
        && (source.purse() == null || source.purse().isReachedBy(startMs + 1))
        && (source.isOfCoreTime()
            || !cluster.money().allowances().anyFor(spec.project(), startMs)
                && RunCost.least(cluster.policy().prices(), core, startMs, startMs + 1).signum()
                    > 0);
  }

  /** Why a job does not start that gets no less than this wherever it lies, or nothing. */
  public Optional<LimitTree.Block> blocks(Claim job, Demand asked) {
    List<Source> sources = sources(job);
    return sources.isEmpty()
        ? Optional.empty()
        : blocks(job.spec(), sources, least(job.spec(), asked));
  }

  private Needs least(JobSpec spec, Demand asked) {
    return new Needs(
        spec,
        asked.cores(),
        of -> {
          List<Holding.Part> parts = parts(of, asked);
          long coveredMs = Covering.sumMs(draws(of, parts));
          return RunCost.least(cluster.policy().prices(), parts, startMs, untilMs(of), coveredMs);
        });
  }

  /** Why a job does not start with this, or nothing. */
  public Optional<LimitTree.Block> blocks(Claim job, List<Allocation> chosen) {
    List<Source> sources = sources(job);
    return sources.isEmpty()
        ? Optional.empty()
        : blocks(job.spec(), sources, cost(job.spec(), chosen));
  }

  /** What is asked for, of which nobody knows on which nodes and devices it will be. */
  static List<Holding.Part> parts(JobSpec spec, Demand asked) {
    SortedMap<String, Long> devices = asked.gres();
    return Holding.parts(
        List.of(new Holding("", asked.cores(), asked.cores(), asked.memBytes(), devices)),
        spec.partition(),
        spec.qos(),
        spec.project());
  }

  private long untilMs(JobSpec spec) {
    return Math.addExact(startMs, spec.limitMs());
  }

  private Optional<LimitTree.Block> blocks(JobSpec spec, List<Source> sources, Needs needs) {
    for (Source each : sources) {
      BigInteger left = left(each);
      if (!isPaid(needs.of(each), left)) {
        return Optional.of(
            new LimitTree.Block(
                new PendingWhy(WORD, sentence(each, spec.project(), needs.of(each), left)),
                paysNothing(spec, each),
                ""));
      }
    }
    return Optional.empty();
  }

  /** Why a running job does not get another time limit, in a sentence, or nothing. */
  public Optional<String> refuses(Job running, long limitMs) {
    if (limitMs <= running.spec().limitMs()) {
      return Optional.empty();
    }
    long untilMs = Math.addExact(running.startMs(), limitMs);
    ProjectName project = running.spec().project();
    for (Source each : sources(Claim.of(running), cluster.money().payers().of(running))) {
      BigInteger cost =
          each.purse() == null
              ? cluster.wallets().cost(running, untilMs)
              : cluster.money().budgets().cost(each.purse(), running, untilMs);
      BigInteger more = cost.subtract(BigInteger.valueOf(each.wallet().heldMicro(running.run())));
      BigInteger left = left(each);
      if (more.signum() > 0 && more.compareTo(left) > 0) {
        return Optional.of(sentence(each, project, more, left));
      }
    }
    return Optional.empty();
  }

  /** A pass has decided to start a job with this. */
  public void started(Claim job, List<Allocation> chosen) {
    takes(job, cost(job.spec(), chosen), draws(job.spec(), Holding.parts(chosen, job.spec())));
  }

  /** A pass makes room for a job that will get no less than this. */
  public void claimed(Claim job, Demand asked) {
    takes(job, least(job.spec(), asked), draws(job.spec(), parts(job.spec(), asked)));
  }

  private void takes(Claim job, Needs needs, List<Covering.Draw> draws) {
    List<Source> sources = sources(job);
    for (Source each : sources) {
      started.merge(each.key(), needs.of(each), BigInteger::add);
    }
    // Also one that nothing bounds takes core-hours that others of its project would have had.
    for (Covering.Draw each : draws) {
      drawn.put(each.allowance(), left(each.allowance()).plus(-each.coreMs()));
    }
    if (!sources.isEmpty() || !draws.isEmpty()) {
      payers.clear();
    }
  }

  /** What a run of this would take of allowances. */
  private List<Covering.Draw> draws(JobSpec spec, List<Holding.Part> parts) {
    AllowanceTable allowances = cluster.money().allowances();
    if (!allowances.anyFor(spec.project(), startMs)) {
      return List.of();
    }
    List<Covering.Left> all = new ArrayList<>();
    for (Covering.Left each : allowances.of(spec.project())) {
      all.add(drawn.getOrDefault(each.id(), each));
    }
    return Covering.draws(
        cluster.policy().prices(), parts, startMs, spec.limitMs(), all, allowances.order());
  }

  private Covering.Left left(long allowance) {
    Covering.Left known = drawn.get(allowance);
    return known != null ? known : cluster.money().allowances().find(allowance).orElseThrow();
  }

  /** When another wallet pays for a project; the greatest number for never. */
  long otherPayerMs(ProjectName project) {
    return cluster.money().payers().book().nextMs(project, startMs);
  }

  /** What must cover the start of a job. */
  private List<Source> sources(Claim job) {
    return sources(job, cluster.money().payers().of(job.spec().project(), startMs));
  }

  /** The wallet that must pay before, if there is one, and the budgets of the project. */
  private List<Source> sources(Claim job, ProjectName payer) {
    if (!cluster.policy().jobPolicy().budgetGate()) {
      return List.of();
    }
    ProjectName project = job.spec().project();
    List<Source> all = new ArrayList<>();
    cluster.wallets().find(payer).ifPresent(each -> all.add(new Source(each, null)));
    for (Purse each : cluster.money().budgets().of(project)) {
      if (each.terms().bounds(job.user())) {
        all.add(new Source(each.counted(), each));
      }
    }
    return all;
  }

  private Needs cost(JobSpec spec, List<Allocation> chosen) {
    long cores = Holding.allCores(Holding.of(chosen));
    return new Needs(
        spec,
        cores,
        of -> {
          List<Holding.Part> parts = Holding.parts(chosen, of);
          long coveredMs = Covering.sumMs(draws(of, parts));
          return RunCost.held(cluster.policy().prices(), parts, startMs, untilMs(of), coveredMs);
        });
  }

  private static String sentence(
      Source source, ProjectName project, BigInteger needs, BigInteger left) {
    return source.purse() == null
        ? BudgetText.ofWallet(source.wallet(), project, needs, left)
        : BudgetText.ofBudget(source.purse(), needs, left);
  }
}
