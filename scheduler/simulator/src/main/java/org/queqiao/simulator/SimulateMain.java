package org.queqiao.simulator;

import java.util.ArrayDeque;
import java.util.List;
import org.queqiao.simulator.replay.GenerateCommand;
import org.queqiao.simulator.replay.ReplayCommand;

/**
 * The command {@code queqiao simulate}: random histories of a cluster, checked step by step, or the
 * replay of a workload log.
 */
public final class SimulateMain {
  private static final int USAGE = 2;
  private static final long DEFAULT_SEEDS = 2_000;
  private static final String HELP =
      """
      usage: queqiao simulate [--seeds N] [--from SEED] [--threads N]
             queqiao simulate --seed SEED [--verbose]
      """
          + ReplayCommand.HELP
          + GenerateCommand.HELP
          + """

            exit code: 0 every invariant held, 1 one did not, 2 the command is wrong\
          """;

  private SimulateMain() {}

  /** Runs and exits. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> arguments) {
    if (ReplayCommand.isMeant(arguments)) {
      return ReplayCommand.run(arguments);
    }
    if (GenerateCommand.isMeant(arguments)) {
      return GenerateCommand.run(arguments);
    }
    ArrayDeque<String> words = new ArrayDeque<>(arguments);
    long seeds = DEFAULT_SEEDS;
    long from = 1;
    long seed = -1;
    int threads = Runtime.getRuntime().availableProcessors();
    boolean verbose = false;
    try {
      while (!words.isEmpty()) {
        String option = words.poll();
        switch (option) {
          case "--verbose" -> verbose = true;
          case "--seeds" -> seeds = number(option, words);
          case "--from" -> from = number(option, words);
          case "--seed" -> seed = number(option, words);
          case "--threads" -> threads = (int) Math.clamp(number(option, words), 1, 1_024);
          default -> throw new IllegalArgumentException("there is no option " + option);
        }
      }
    } catch (IllegalArgumentException wrong) {
      System.err.println("queqiao simulate: " + wrong.getMessage());
      System.err.println(HELP);
      return USAGE;
    }
    return seed >= 0 ? one(seed, verbose) : range(from, seeds, threads);
  }

  private static long number(String option, ArrayDeque<String> words) {
    String value = words.isEmpty() ? "" : words.poll();
    try {
      long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // told below, with everything else that is no number
    }
    throw new IllegalArgumentException(option + " takes a number from 0, not '" + value + "'");
  }

  private static int one(long seed, boolean verbose) {
    Simulation simulation = new Simulation(Scenario.of(seed), new Seams());
    if (verbose) {
      simulation.traceTo(System.out);
    }
    SimulationFailure failure = simulation.run();
    if (verbose) {
      System.out.print(simulation.coverage().report());
    }
    if (failure == null) {
      System.out.println("seed " + seed + ": every invariant held, " + simulation.digest());
      return 0;
    }
    System.out.print(failure.report());
    if (verbose) {
      failure.cause().printStackTrace(System.out);
    }
    SimulationFailure smaller = Shrinker.shrink(failure, Seams::new);
    System.out.printf(
        "the smallest scenario found that fails in the same way: %d nodes, %d jobs, these faults:%n",
        smaller.scenario().nodes(), smaller.scenario().jobs());
    smaller.scenario().faults().faults().forEach(fault -> System.out.println("  " + fault));
    return 1;
  }

  private static int range(long from, long seeds, int threads) {
    long begunNanos = System.nanoTime();
    SeedRange.Result result = SeedRange.run(from, seeds, threads);
    double seconds = (System.nanoTime() - begunNanos) / 1e9;
    System.out.print(result.coverage().report());
    for (SimulationFailure failure : result.failures()) {
      System.out.println();
      System.out.print(failure.report());
    }
    System.out.printf(
        "%d seeds from %d, %d happenings, %d simulated hours in %.1f s on %d threads:"
            + " %.0f seeds/s, %.0f times as fast as life%n",
        result.seeds(),
        from,
        result.happenings(),
        result.simulatedMs() / 3_600_000,
        seconds,
        threads,
        result.seeds() / seconds,
        result.simulatedMs() / 1_000.0 / seconds);
    System.out.println(
        result.failures().isEmpty()
            ? "every invariant held"
            : result.failures().size() + " seeds failed");
    return result.failures().isEmpty() ? 0 : 1;
  }
}
