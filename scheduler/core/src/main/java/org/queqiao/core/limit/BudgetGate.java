package org.queqiao.core.limit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Wallet;

/**
 * Whether the wallet of a project can pay the most that a run may cost. Counts what this pass has
 * started on top of what runs. A project without a wallet pays afterwards and is let through, and
 * so is what costs nothing.
 */
public final class BudgetGate {
  /** What Slurm shows when the billing minutes of an account are used up. */
  public static final String WORD = "AssocGrpBillingMinutes";

  private final Cluster cluster;
  private final long startMs;
  private final TreeMap<ProjectName, BigInteger> started = new TreeMap<>();
  private final TreeMap<PayerKey, Payer> payers = new TreeMap<>();

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
   * The wallet that pays for jobs of one project, partition and QOS, as long as this gate is told
   * of no start: what was reckoned for one job holds for all that ask for the same.
   */
  final class Payer {
    private final BigInteger left;
    private final TreeMap<Asked, Boolean> known = new TreeMap<>();

    /** Whether it pays for nothing at all. */
    private final boolean empty;

    private Payer(JobSpec one, BigInteger left) {
      this.left = left;
      this.empty = paysNothing(one, left);
    }

    boolean isEmpty() {
      return empty;
    }

    /** Whether it pays for a job that gets no less than this. */
    boolean pays(JobSpec spec, Demand asked) {
      Asked what =
          new Asked(spec.limitMs(), asked.cores(), asked.memBytes(), asked.gres().toString());
      return known.computeIfAbsent(what, _ -> isPaid(least(spec, asked), left));
    }
  }

  private record Asked(long limitMs, long cores, long memBytes, String gres)
      implements Comparable<Asked> {
    @Override
    public int compareTo(Asked other) {
      int order = Long.compare(limitMs, other.limitMs);
      order = order != 0 ? order : Long.compare(cores, other.cores);
      order = order != 0 ? order : Long.compare(memBytes, other.memBytes);
      return order != 0 ? order : gres.compareTo(other.gres);
    }
  }

  private record PayerKey(ProjectName project, PartitionName partition, String qos)
      implements Comparable<PayerKey> {
    @Override
    public int compareTo(PayerKey other) {
      int order = project.compareTo(other.project);
      order = order != 0 ? order : partition.compareTo(other.partition);
      return order != 0 ? order : qos.compareTo(other.qos);
    }
  }

  /** Who pays for jobs like this one before they start, or null when nobody has to. */
  Payer payer(JobSpec one) {
    Wallet wallet = walletOf(one.project());
    String qos = one.qos() == null ? "" : one.qos().value();
    return wallet == null
        ? null
        : payers.computeIfAbsent(
            new PayerKey(one.project(), one.partition(), qos), _ -> new Payer(one, left(wallet)));
  }

  private BigInteger left(Wallet wallet) {
    return BigInteger.valueOf(wallet.availableMicro())
        .subtract(started.getOrDefault(wallet.project(), BigInteger.ZERO));
  }

  private static boolean isPaid(BigInteger needs, BigInteger left) {
    return needs.signum() == 0 || needs.compareTo(left) <= 0;
  }

  /** Whoever pays anything from the first millisecond on cannot start without any money. */
  private boolean paysNothing(JobSpec spec, BigInteger left) {
    List<Holding.Part> core =
        Holding.parts(Holding.cores(1), spec.partition(), spec.qos(), spec.project());
    return left.signum() <= 0
        && RunCost.least(cluster.policy().prices(), core, startMs, startMs + 1).signum() > 0;
  }

  /** Why a job does not start that gets no less than this wherever it lies, or nothing. */
  public Optional<LimitTree.Block> blocks(JobSpec spec, Demand asked) {
    return walletOf(spec.project()) == null ? Optional.empty() : blocks(spec, least(spec, asked));
  }

  private BigInteger least(JobSpec spec, Demand asked) {
    return RunCost.least(cluster.policy().prices(), parts(spec, asked), startMs, untilMs(spec));
  }

  /** Why a job does not start with this, or nothing. */
  public Optional<LimitTree.Block> blocks(JobSpec spec, List<Allocation> chosen) {
    return walletOf(spec.project()) == null ? Optional.empty() : blocks(spec, cost(spec, chosen));
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

  private Optional<LimitTree.Block> blocks(JobSpec spec, BigInteger needs) {
    Wallet wallet = walletOf(spec.project());
    BigInteger left = left(wallet);
    return isPaid(needs, left)
        ? Optional.empty()
        : Optional.of(
            new LimitTree.Block(
                new PendingWhy(WORD, sentence(wallet, needs, left)), paysNothing(spec, left)));
  }

  /** Why a running job does not get another time limit, in a sentence, or nothing. */
  public Optional<String> refuses(Job running, long limitMs) {
    Wallet wallet = walletOf(running.spec().project());
    if (wallet == null || limitMs <= running.spec().limitMs()) {
      return Optional.empty();
    }
    long untilMs = Math.addExact(running.startMs(), limitMs);
    BigInteger more =
        cluster
            .wallets()
            .cost(running, untilMs)
            .subtract(BigInteger.valueOf(wallet.heldMicro(running.run())));
    BigInteger left = BigInteger.valueOf(wallet.availableMicro());
    return more.signum() <= 0 || more.compareTo(left) <= 0
        ? Optional.empty()
        : Optional.of(sentence(wallet, more, left));
  }

  /** A pass has decided to start a job with this. */
  public void started(JobSpec spec, List<Allocation> chosen) {
    if (walletOf(spec.project()) != null) {
      payers.clear();
      started.merge(spec.project(), cost(spec, chosen), BigInteger::add);
    }
  }

  /** The wallet that must pay before, or null. */
  private Wallet walletOf(ProjectName project) {
    return cluster.policy().jobPolicy().budgetGate()
        ? cluster.wallets().find(project).orElse(null)
        : null;
  }

  private BigInteger cost(JobSpec spec, List<Allocation> chosen) {
    return RunCost.held(
        cluster.policy().prices(), Holding.parts(chosen, spec), startMs, untilMs(spec));
  }

  private static String sentence(Wallet wallet, BigInteger needs, BigInteger left) {
    String may = "this job may cost " + amount(needs) + " " + wallet.currency() + "; ";
    if (!wallet.isTold()) {
      return may + "the ledger has not yet said what the wallet of " + wallet.project() + " has";
    }
    String credit =
        wallet.creditMicro() == 0
            ? ""
            : ", its credit line of "
                + amount(BigInteger.valueOf(wallet.creditMicro()))
                + " "
                + wallet.currency()
                + " included";
    return may
        + "the wallet of project "
        + wallet.project()
        + " has "
        + amount(left)
        + " "
        + wallet.currency()
        + " left for starts"
        + credit
        + ", by what the ledger said at "
        + wallet.toldMs();
  }

  /** Micro-units as a decimal number. */
  private static String amount(BigInteger micro) {
    return micro.signum() == 0
        ? "0"
        : new BigDecimal(micro, 6).stripTrailingZeros().toPlainString();
  }
}
