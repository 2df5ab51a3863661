package org.queqiao.core.limit;

import java.math.BigInteger;
import java.util.List;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.TariffBook;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;

/** What jobs may cost: counted as it is held at their start. */
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
                job.spec(), Demand.least(job.spec(), cluster.nodes().shapes().keySet()));
    TariffBook prices = cluster.policy().prices();
    long limitMs = job.spec().limitMs();
    long known = believedMs == 0 ? cluster.learning().predictedMs(job) : believedMs;
    long predictedMs = known == 0 ? limitMs : Math.min(known, limitMs);
    int tasks = job.array() == null ? 1 : job.spec().array().tasks().count();
    BigInteger count = BigInteger.valueOf(tasks);
    String currency = "";
    for (Holding.Part each : parts) {
      currency = currency.isEmpty() ? prices.at(each.use(), startMs).currency() : currency;
    }
    return new JobCost(
        tasks,
        RunCost.held(prices, parts, startMs, Math.addExact(startMs, limitMs)).multiply(count),
        RunCost.held(prices, parts, startMs, Math.addExact(startMs, predictedMs)).multiply(count),
        limitMs,
        predictedMs,
        currency,
        placed);
  }
}
