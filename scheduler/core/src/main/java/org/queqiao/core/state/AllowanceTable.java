package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.snapshot.AllowancesImage;

/**
 * Core-hours that projects have beside their wallets. What is left of them is counted by the rule
 * that the ledger counts by, from the same facts, so that both have the same.
 */
public final class AllowanceTable {
  /** So many hold at most: those of a project are looked at for each of its starts. */
  public static final int MAX = 2_000;

  private final Cluster cluster;
  private final TreeMap<Long, Covering.Left> byId = new TreeMap<>();
  private final TreeMap<ProjectName, TreeSet<Long>> byProject = new TreeMap<>();
  private final TreeMap<RunId, List<Covering.Draw>> holds = new TreeMap<>();
  private final RefundBook refunds = new RefundBook();
  private AllowanceOrder order = AllowanceOrder.DEFAULT;

  AllowanceTable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Those of a project with what is left of each, by id; also some that are over or used up. */
  public List<Covering.Left> of(ProjectName project) {
    TreeSet<Long> ids = byProject.get(project);
    return ids == null ? List.of() : ids.stream().map(byId::get).toList();
  }

  /** The same, where the tasks of an array that go on had not taken anything. */
  public List<Covering.Left> before(JobId array, ProjectName project) {
    TreeMap<Long, Long> taken = new TreeMap<>();
    holds.forEach((run, draws) -> {
      boolean own =
          cluster
              .jobs()
              .find(run.job())
              .filter(job -> job.task() != null && job.task().array().equals(array))
              .isPresent();
      if (own) {
        draws.forEach(each -> taken.merge(each.allowance(), each.coreMs(), Math::addExact));
      }
    });
    return of(project).stream().map(each -> each.plus(taken.getOrDefault(each.id(), 0L))).toList();
  }

  /** One by its id. */
  public Optional<Covering.Left> find(long id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** In which order runs take of them. */
  public AllowanceOrder order() {
    return order;
  }

  /** How many hold now or will; one that is used up does while a run may give back to it. */
  public long held(long nowMs) {
    TreeSet<Long> drawn = drawn();
    return byId.values().stream().filter(each -> !isDone(each, drawn, nowMs)).count();
  }

  private static boolean isDone(Covering.Left each, TreeSet<Long> drawn, long nowMs) {
    return each.allowance().isOver(nowMs) || each.leftMs() == 0 && !drawn.contains(each.id());
  }

  /** Those of which runs have taken that go on. */
  private TreeSet<Long> drawn() {
    TreeSet<Long> ids = new TreeSet<>();
    holds.values().forEach(draws -> draws.forEach(each -> ids.add(each.allowance())));
    return ids;
  }

  /** Core time of a run that allowances pay, as far as it uses it. */
  public long coveredMs(RunId run) {
    return Covering.sumMs(holds.getOrDefault(run, List.of()));
  }

  /** Whether a project has any core-hours left for runs that start then. */
  public boolean anyFor(ProjectName project, long startMs) {
    return of(project).stream()
        .anyMatch(each ->
            each.leftMs() > 0
                && each.allowance().covers(project, each.allowance().partition(), startMs));
  }

  /** The next moment at which one begins to hold, or the greatest number. */
  public long nextMs(long nowMs) {
    long next = Long.MAX_VALUE;
    for (Covering.Left each : byId.values()) {
      long fromMs = each.allowance().validFromMs();
      next = fromMs > nowMs ? Math.min(next, fromMs) : next;
    }
    return next;
  }

  AllowancesImage image() {
    List<AllowancesImage.Hold> all = new ArrayList<>();
    holds.forEach((run, draws) -> all.add(new AllowancesImage.Hold(run, draws)));
    return new AllowancesImage(List.copyOf(byId.values()), all, order, refunds.rules());
  }

  void restore(AllowancesImage image) {
    image.allowances().forEach(this::put);
    image.holds().forEach(each -> holds.put(each.run(), each.draws()));
    image.refundRules().forEach(refunds::add);
    order = image.order();
  }

  void add(long id, Allowance allowance, long nowMs) {
    TreeSet<Long> drawn = drawn();
    for (Covering.Left each : List.copyOf(byId.values())) {
      if (isDone(each, drawn, nowMs)) {
        remove(each);
      }
    }
    put(new Covering.Left(id, allowance, allowance.coreMs()));
  }

  private void put(Covering.Left each) {
    byId.put(each.id(), each);
    byProject.computeIfAbsent(each.allowance().project(), _ -> new TreeSet<>()).add(each.id());
  }

  private void remove(Covering.Left each) {
    byId.remove(each.id());
    TreeSet<Long> ids = byProject.get(each.allowance().project());
    ids.remove(each.id());
    if (ids.isEmpty()) {
      byProject.remove(each.allowance().project());
    }
  }

  void add(MoneyChange.RefundRule rule) {
    refunds.add(rule);
  }

  /** The rules of refunds. */
  RefundBook refunds() {
    return refunds;
  }

  void order(AllowanceOrder other) {
    order = other;
  }

  /** A run starts: it takes what it can need. */
  void started(Job job) {
    List<Covering.Draw> draws =
        Covering.draws(
            cluster.policy().prices(),
            Holding.parts(job.allocations(), job.spec()),
            job.startMs(),
            job.spec().limitMs(),
            of(job.spec().project()),
            order);
    if (!draws.isEmpty()) {
      holds.put(job.run(), draws);
      draws.forEach(each -> give(each.allowance(), -each.coreMs()));
    }
  }

  /** A run is over: what it did not use comes back, and what the rules say for why it ended. */
  long ended(Job job, long endMs, Optional<RefundCause> cause) {
    List<Covering.Draw> draws = holds.remove(job.run());
    if (draws == null) {
      return 0;
    }
    List<Holding.Part> parts = Holding.parts(job.allocations(), job.spec());
    long coreMs = Covering.coreMs(parts, JobClock.billedMs(job, endMs));
    List<Covering.Draw> used = Covering.used(draws, coreMs);
    Checkpoint saved = job.checkpoint();
    long savedMs = saved == null ? 0 : Math.min(coreMs, Covering.coreMs(parts, saved.billedMs()));
    List<Covering.Draw> before = Covering.used(draws, savedMs);
    for (int i = 0; i < draws.size(); i++) {
      long usedMs = used.get(i).coreMs();
      long behindMs = Math.subtractExact(usedMs, before.get(i).coreMs());
      long refundMs = cause.map(each -> refunds.refund(each, endMs, usedMs, behindMs)).orElse(0L);
      give(
          draws.get(i).allowance(),
          Math.addExact(Math.subtractExact(draws.get(i).coreMs(), usedMs), refundMs));
    }
    return Covering.sumMs(used);
  }

  private void give(long id, long coreMs) {
    byId.computeIfPresent(id, (_, left) -> left.plus(coreMs));
  }
}
