package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.snapshot.BudgetImage;

/**
 * The budgets that hold. A period is the ledger's affair: it tells what is left of the current one.
 */
public final class BudgetTable {
  /** So many hold at most. */
  public static final int MAX_BUDGETS = 10_000;

  /** So many hold of one project at most: each is looked at for each start. */
  public static final int MAX_OF_PROJECT = 200;

  private final Cluster cluster;
  private final TreeMap<BudgetName, Purse> byName = new TreeMap<>();
  private final TreeMap<ProjectName, TreeMap<BudgetName, Purse>> byProject = new TreeMap<>();

  BudgetTable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** A budget that holds. */
  public Optional<Purse> find(BudgetName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** How many hold. */
  public int size() {
    return byName.size();
  }

  /** Those of a project, by name. */
  public Collection<Purse> of(ProjectName project) {
    TreeMap<BudgetName, Purse> all = byProject.get(project);
    return all == null ? List.of() : Collections.unmodifiableCollection(all.values());
  }

  List<BudgetImage> images() {
    List<BudgetImage> out = new ArrayList<>();
    byName.values().forEach(each -> out.add(new BudgetImage(each.terms(), each.counted().image())));
    return out;
  }

  void restore(BudgetImage image) {
    put(new Purse(image.terms(), new Wallet(image.counted())));
  }

  private void put(Purse purse) {
    byName.put(purse.terms().name(), purse);
    byProject
        .computeIfAbsent(purse.terms().project(), _ -> new TreeMap<>())
        .put(purse.terms().name(), purse);
  }

  /** A budget holds as it says from now on; what is left of it the ledger says next. */
  void set(BudgetTerms terms) {
    require(
        cluster.accounts().project(terms.project()).isPresent(),
        "a budget of no project " + terms.project());
    require(
        terms.amount() >= 0 && terms.overdraft() >= 0, "budget " + terms.name() + " below zero");
    Purse before = byName.remove(terms.name());
    if (before != null) {
      TreeMap<BudgetName, Purse> rest = byProject.get(before.terms().project());
      rest.remove(terms.name());
      if (rest.isEmpty()) {
        byProject.remove(before.terms().project());
      }
    }
    if (!terms.ended()) {
      Wallet counted = new Wallet(terms.project(), cluster.position(), terms.currency());
      counted.credit(terms.overdraft(), terms.currency());
      Purse purse = new Purse(terms, counted);
      cluster.jobs().deadlines().forEach(each -> known(each.job(), purse, before));
      if (before != null) {
        before.counted().runs().forEach(each -> known(each.job(), purse, before));
      }
      put(purse);
    }
  }

  /** What the ledger holds for a run from before, as far as it is known to the micro-unit. */
  private void known(JobId id, Purse purse, Purse before) {
    Job job = cluster.jobs().find(id).orElseThrow();
    if (!job.spec().project().equals(purse.terms().project())
        || !purse.terms().bounds(job.user())) {
      return;
    }
    long untilMs = Math.addExact(job.startMs(), job.spec().limitMs());
    if (!purse.isReachedBy(untilMs)) {
      purse.counted().knows(job.run(), 0);
    } else if (purse.isOfCoreTime()) {
      purse.counted().knows(job.run(), coreMs(job, untilMs).longValueExact());
    } else if (before != null
        && before.isReachedBy(untilMs)
        && before.counted().holdsFor(job.run())) {
      purse.counted().knows(job.run(), before.counted().heldMicro(job.run()));
    } else {
      cluster
          .wallets()
          .find(purse.terms().project())
          .filter(each -> each.holdsFor(job.run()))
          .ifPresent(each -> purse.counted().knows(job.run(), each.heldMicro(job.run())));
    }
  }

  void told(BudgetUseTold event, long nowMs) {
    require(
        event.asOfPosition() >= 0 && event.asOfPosition() < cluster.position(),
        "the ledger tells of position " + event.asOfPosition());
    Purse purse = byName.get(event.budget());
    require(purse != null, "there is no budget " + event.budget());
    Wallet counted = purse.counted();
    if (counted.hearsAnew(event.asOfPosition(), event.left())) {
      counted.toldAnew(event.left(), nowMs);
    } else {
      counted.told(event.asOfPosition(), event.left(), purse.terms().currency(), nowMs);
    }
  }

  /** A run holds cores from now on, or has another time limit. */
  void holds(Job job) {
    long untilMs = Math.addExact(job.startMs(), job.spec().limitMs());
    for (Purse each : of(job.spec().project())) {
      if (each.terms().bounds(job.user())) {
        each.counted().hold(job.run(), cost(each, job, untilMs), cluster.position());
      }
    }
  }

  /**
   * The run of a job is over.
   *
   * @param mostMicro the most that the ledger may charge
   */
  void ended(Job job, long endMs, BigInteger mostMicro) {
    for (Purse each : of(job.spec().project())) {
      if (each.terms().bounds(job.user())) {
        BigInteger most = each.isOfCoreTime() ? coreMs(job, endMs) : mostMicro;
        most = each.isReachedBy(endMs) ? most : BigInteger.ZERO;
        each.counted().settle(job.run(), most, cluster.position());
      }
    }
  }

  /** A run elsewhere is over. */
  void spent(ProjectName project, UserName user, BigInteger mostMicro, BigInteger coreMs) {
    for (Purse each : of(project)) {
      if (each.terms().bounds(user)) {
        each.counted().spend(each.isOfCoreTime() ? coreMs : mostMicro, cluster.position());
      }
    }
  }

  /** What a budget would hold for a run that goes on until then at most. */
  public BigInteger cost(Purse purse, Job job, long untilMs) {
    if (!purse.isReachedBy(untilMs)) {
      return BigInteger.ZERO;
    }
    return purse.isOfCoreTime() ? coreMs(job, untilMs) : cluster.wallets().cost(job, untilMs);
  }

  private static BigInteger coreMs(Job job, long untilMs) {
    return BigInteger.valueOf(Holding.allCores(Holding.of(job.allocations())))
        .multiply(BigInteger.valueOf(untilMs - job.startMs()));
  }
}
