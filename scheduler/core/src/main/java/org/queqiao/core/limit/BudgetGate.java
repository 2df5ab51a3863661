package org.queqiao.core.limit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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

  /**
   * A gate for starts at one moment.
   *
   * @param startMs when runs start: prices are those from then on
   */
  public BudgetGate(Cluster cluster, long startMs) {
    this.cluster = cluster;
    this.startMs = startMs;
  }

  /** Whether there is any wallet that must pay before. */
  public static boolean decides(Cluster cluster) {
    return cluster.policy().jobPolicy().budgetGate() && !cluster.wallets().all().isEmpty();
  }

  /** Why a job does not start that gets no less than this wherever it lies, or nothing. */
  public Optional<LimitTree.Block> blocks(JobSpec spec, Demand asked) {
    return walletOf(spec.project()) == null
        ? Optional.empty()
        : blocks(
            spec,
            RunCost.least(cluster.policy().prices(), parts(spec, asked), startMs, untilMs(spec)));
  }

  /** Why a job does not start with this, or nothing. */
  public Optional<LimitTree.Block> blocks(JobSpec spec, List<Allocation> chosen) {
    return walletOf(spec.project()) == null ? Optional.empty() : blocks(spec, cost(spec, chosen));
  }

  /** What is asked for, of which nobody knows on which nodes and devices it will be. */
  private static List<Holding.Part> parts(JobSpec spec, Demand asked) {
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
    BigInteger left =
        BigInteger.valueOf(wallet.availableMicro())
            .subtract(started.getOrDefault(spec.project(), BigInteger.ZERO));
    if (needs.signum() == 0 || needs.compareTo(left) <= 0) {
      return Optional.empty();
    }
    // Whoever pays anything from the first millisecond on cannot start without any money.
    List<Holding.Part> core =
        Holding.parts(Holding.cores(1), spec.partition(), spec.qos(), spec.project());
    boolean costsNow =
        RunCost.least(cluster.policy().prices(), core, startMs, startMs + 1).signum() > 0;
    return Optional.of(
        new LimitTree.Block(
            new PendingWhy(WORD, sentence(wallet, needs, left)), left.signum() <= 0 && costsNow));
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
