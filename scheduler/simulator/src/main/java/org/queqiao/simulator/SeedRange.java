package org.queqiao.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Runs a range of seeds on several threads, each seed on one of them. */
public final class SeedRange {
  private static final int MAX_FAILURES = 5;

  private SeedRange() {}

  /**
   * What a range came to.
   *
   * @param seeds how many were run
   * @param happenings in all of them
   * @param simulatedMs in all of them
   * @param coverage in all of them
   * @param failures the first few, by seed
   */
  public record Result(
      long seeds,
      long happenings,
      long simulatedMs,
      Coverage coverage,
      List<SimulationFailure> failures) {}

  /** Runs so many seeds from the first one on; stops early when several have failed. */
  public static Result run(long firstSeed, long seeds, int threads) {
    AtomicLong next = new AtomicLong(firstSeed);
    List<Future<Result>> parts = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        parts.add(pool.submit(() -> part(next, firstSeed + seeds)));
      }
      return sum(parts);
    }
  }

  private static Result part(AtomicLong next, long end) {
    Coverage coverage = new Coverage();
    List<SimulationFailure> failures = new ArrayList<>();
    long seeds = 0;
    long happenings = 0;
    long simulatedMs = 0;
    long seed = next.getAndIncrement();
    while (seed < end && failures.size() < MAX_FAILURES) {
      Simulation simulation = new Simulation(Scenario.of(seed), new Seams());
      SimulationFailure failure = simulation.run();
      if (failure != null) {
        failures.add(failure);
      }
      coverage.add(simulation.coverage());
      happenings += simulation.happenings();
      simulatedMs += simulation.simulatedMs();
      seeds++;
      seed = next.getAndIncrement();
    }
    return new Result(seeds, happenings, simulatedMs, coverage, failures);
  }

  private static Result sum(List<Future<Result>> parts) {
    Coverage coverage = new Coverage();
    List<SimulationFailure> failures = new ArrayList<>();
    long seeds = 0;
    long happenings = 0;
    long simulatedMs = 0;
    for (Future<Result> part : parts) {
      Result result = get(part);
      coverage.add(result.coverage());
      failures.addAll(result.failures());
      seeds += result.seeds();
      happenings += result.happenings();
      simulatedMs += result.simulatedMs();
    }
    failures.sort((a, b) -> Long.compare(a.scenario().seed(), b.scenario().seed()));
    return new Result(seeds, happenings, simulatedMs, coverage, failures);
  }

  private static Result get(Future<Result> part) {
    try {
      return part.get();
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
