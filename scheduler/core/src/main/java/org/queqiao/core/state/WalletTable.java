package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.snapshot.WalletImage;

/** The wallets of projects that pay before, by name. Other projects have none. */
public final class WalletTable {
  private final Cluster cluster;
  private final TreeMap<ProjectName, Wallet> byProject = new TreeMap<>();

  WalletTable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The wallet of a project, if it pays before. */
  public Optional<Wallet> find(ProjectName project) {
    return Optional.ofNullable(byProject.get(project));
  }

  /** All, by project. */
  public Collection<Wallet> all() {
    return Collections.unmodifiableCollection(byProject.values());
  }

  void restore(WalletImage image) {
    byProject.put(image.project(), new Wallet(image));
  }

  List<WalletImage> images() {
    List<WalletImage> out = new ArrayList<>();
    byProject.values().forEach(each -> out.add(each.image()));
    return out;
  }

  void told(BudgetTold event, long nowMs) {
    require(
        event.asOfPosition() >= 0 && event.asOfPosition() < cluster.position(),
        "the ledger tells of position " + event.asOfPosition());
    open(event.project(), event.currency())
        .told(event.asOfPosition(), event.balanceMicro(), event.currency(), nowMs);
  }

  void set(CreditLineSet event) {
    require(event.creditMicro() >= 0, "a credit line below zero of " + event.project());
    open(event.project(), event.currency()).credit(event.creditMicro(), event.currency());
  }

  /** A correction that takes money counts at once; one that gives waits for the ledger's word. */
  void corrected(ProjectName project, long amountMicro) {
    Wallet wallet = byProject.get(project);
    if (wallet != null && amountMicro < 0) {
      wallet.takes(-amountMicro, cluster.position());
    }
  }

  private Wallet open(ProjectName project, String currency) {
    require(cluster.accounts().project(project).isPresent(), "a wallet of no project " + project);
    return byProject.computeIfAbsent(
        project, name -> new Wallet(name, cluster.position(), currency));
  }

  /** A run holds cores from now on, or has another time limit. */
  void holds(Job job) {
    Wallet wallet = byProject.get(cluster.money().payers().of(job));
    if (wallet != null) {
      long untilMs = Math.addExact(job.startMs(), job.spec().limitMs());
      wallet.hold(job.run(), cost(job, untilMs), cluster.position());
    }
    cluster.money().budgets().holds(job);
  }

  /**
   * The run of a job is over.
   *
   * @param exit what is known of its end, or null
   */
  void ended(Job job, long endMs, Optional<RefundCause> cause, RunExit exit) {
    long coveredMs = cluster.money().allowances().ended(job, endMs, cause);
    Wallet wallet = byProject.get(cluster.money().payers().of(job));
    cluster.money().payers().ended(job.run());
    boolean budgeted = !cluster.money().budgets().of(job.spec().project()).isEmpty();
    if (wallet == null && !budgeted) {
      return;
    }
    BigInteger most =
        RunCost.mostCharged(
            cluster.policy().prices(),
            parts(job),
            job.startMs(),
            endMs,
            coveredMs,
            exit == null ? 0 : exit.energyMj());
    if (wallet != null) {
      wallet.settle(job.run(), most, cluster.position());
    }
    cluster.money().budgets().ended(job, endMs, most);
  }

  /** What would be held for a run that goes on until then at most. */
  public BigInteger cost(Job job, long untilMs) {
    return RunCost.held(
        cluster.policy().prices(),
        parts(job),
        job.startMs(),
        untilMs,
        cluster.money().allowances().coveredMs(job.run()));
  }

  private static List<Holding.Part> parts(Job job) {
    return Holding.parts(job.allocations(), job.spec());
  }
}
