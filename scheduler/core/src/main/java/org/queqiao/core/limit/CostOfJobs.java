package org.queqiao.core.limit;

import java.math.BigInteger;
import java.util.List;
import java.util.function.LongFunction;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.TariffBook;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.state.AllowanceTable;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;

/** What jobs may cost, counted as it is held at their start. */
public final class CostOfJobs {
  private CostOfJobs() {}

  /**
   * What a job may cost that starts then, on its nodes where it has them.
   *
   * @param believedMs how long it is believed to run; 0 for what is believed now
   */
  public static JobCost of(Cluster cluster, Job job, long startMs, long believedMs) {
    boolean placed = job.array() == null && !job.allocations().isEmpty();
    List<Holding.Part> parts =
        placed
            ? Holding.parts(job.allocations(), job.spec())
            : BudgetGate.parts(
                job.spec(), Demand.least(job.spec(), cluster.offered().of(job.spec().partition())));
    TariffBook prices = cluster.policy().prices();
    long limitMs = job.spec().limitMs();
    long known = believedMs == 0 ? cluster.learning().predictedMs(job) : believedMs;
    long predictedMs = known == 0 ? limitMs : Math.min(known, limitMs);
    int tasks = job.array() == null ? 1 : job.spec().array().tasks().count();
    BigInteger count = BigInteger.valueOf(tasks);
    Covered covered =
        Covered.of(tasks, Covering.coreMs(parts, limitMs), thereMs(cluster, job, parts, startMs));
    long limitAtMs = Math.addExact(startMs, limitMs);
    long predictedAtMs = Math.addExact(startMs, predictedMs);
    String currency = "";
    for (Holding.Part each : parts) {
      currency = currency.isEmpty() ? prices.at(each.use(), startMs).currency() : currency;
    }
    return new JobCost(
        tasks,
        RunCost.held(prices, parts, startMs, limitAtMs).multiply(count),
        RunCost.held(prices, parts, startMs, predictedAtMs).multiply(count),
        covered.sumMs(),
        covered.paid(taken -> RunCost.held(prices, parts, startMs, limitAtMs, taken)),
        covered.paid(taken -> RunCost.held(prices, parts, startMs, predictedAtMs, taken)),
        limitMs,
        predictedMs,
        currency,
        placed);
  }

  /** Core time that allowances have for it: what it has taken, or what is left. */
  private static long thereMs(Cluster cluster, Job job, List<Holding.Part> parts, long startMs) {
    AllowanceTable allowances = cluster.money().allowances();
    ProjectName project = job.spec().project();
    return job.array() == null && !job.allocations().isEmpty()
        ? allowances.coveredMs(job.run())
        : Covering.thereMs(
            cluster.policy().prices(),
            parts,
            startMs,
            job.spec().limitMs(),
            job.array() == null ? allowances.of(project) : allowances.before(job.id(), project));
  }

  /**
   * How far allowances go for tasks that start one after the other: some are paid in whole, one in
   * part, and the rest not at all.
   *
   * @param whole how many take all that they can need
   * @param eachMs core-milliseconds that each of these takes
   * @param restMs what is left for one more; 0 for none
   * @param none how many take nothing
   */
  private record Covered(long whole, long eachMs, long restMs, long none) {
    static Covered of(int tasks, long wantedMs, long thereMs) {
      if (wantedMs == 0) {
        return new Covered(0, 0, 0, tasks);
      }
      long whole = Math.min(tasks, thereMs / wantedMs);
      long restMs = whole == tasks ? 0 : thereMs % wantedMs;
      return new Covered(whole, wantedMs, restMs, tasks - whole - (restMs > 0 ? 1 : 0));
    }

    long sumMs() {
      return Math.addExact(Math.multiplyExact(whole, eachMs), restMs);
    }

    /** What all cost by what one costs for which so much was taken. */
    BigInteger paid(LongFunction<BigInteger> one) {
      BigInteger rest = restMs == 0 ? BigInteger.ZERO : one.apply(restMs);
      return one.apply(eachMs)
          .multiply(BigInteger.valueOf(whole))
          .add(rest)
          .add(one.apply(0).multiply(BigInteger.valueOf(none)));
    }
  }
}
