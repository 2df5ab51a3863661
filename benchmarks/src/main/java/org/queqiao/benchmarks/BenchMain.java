package org.queqiao.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code ./queqiao bench NAME}: runs one benchmark and prints one line of figures. */
public final class BenchMain {
  /** What each benchmark takes; what it does not take is refused, so that nobody believes it. */
  private static final Map<String, List<String>> OPTIONS =
      Map.ofEntries(
          Map.entry("submit", List.of("--seconds")),
          Map.entry("single", List.of("--requests")),
          Map.entry("what-if", List.of("--jobs", "--requests")),
          Map.entry("cancel", List.of("--nodes", "--times")),
          Map.entry("forecast", List.of("--nodes", "--jobs", "--samples")),
          Map.entry("jobs", List.of("--jobs")),
          Map.entry("log", List.of("--seconds")),
          Map.entry("heap", List.of("--jobs")),
          Map.entry("recovery", List.of("--jobs", "--tail")),
          Map.entry("accounting", List.of("--runs", "--midnight", "--per-second")),
          Map.entry("jmh", List.of()),
          Map.entry("launch", List.of("--jobs")),
          Map.entry("agent", List.of("--seconds")),
          Map.entry("fleet", List.of("--nodes", "--seconds")),
          Map.entry(
              "plan",
              List.of(
                  "--nodes",
                  "--jobs",
                  "--live",
                  "--unequal",
                  "--times",
                  "--with",
                  "--reservations",
                  "--per-switch")),
          Map.entry("replay", List.of("--trace", "--procs", "--jobs", "--times")));

  private BenchMain() {}

  public static void main(String[] arguments) throws Exception {
    boolean json = false;
    Path root = Path.of("").toAbsolutePath();
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--json" -> json = true;
        case "--root" -> root = Path.of(arguments[++i]);
        default -> rest.add(arguments[i]);
      }
    }
    if (rest.isEmpty()) {
      refuse(
          "which one? submit, single, jobs, log, heap, recovery, agent, launch, fleet, plan,"
              + " replay, what-if, forecast, cancel, accounting or jmh");
    }
    refuseUnknown(rest);
    Report report = new Report(rest.get(0));
    switch (rest.get(0)) {
      case "submit" -> SubmitBench.run(root, option(rest, "--seconds", 15), report);
      case "single" -> SubmitBench.runSingle(root, option(rest, "--requests", 2_000), report);
      case "what-if" ->
          WhatIfBench.run(
              root, option(rest, "--jobs", 1_000), option(rest, "--requests", 1_200), report);
      case "cancel" ->
          CancelBench.run(option(rest, "--nodes", 160), option(rest, "--times", 5), report);
      case "forecast" ->
          ForecastBench.run(
              option(rest, "--nodes", 1_000),
              option(rest, "--jobs", 5_000),
              option(rest, "--samples", 20),
              report);
      case "jobs" -> JobsBench.run(root, option(rest, "--jobs", 3_000), report);
      case "log" -> LogBench.run(option(rest, "--seconds", 5), report);
      case "heap" -> HeapBench.run(root, option(rest, "--jobs", 100_000), report);
      case "recovery" -> recovery(rest, report);
      case "accounting" -> accounting(rest, report);
      case "jmh" -> JmhBench.run(report);
      case "launch" -> LaunchBench.run(root, option(rest, "--jobs", 2_000), report);
      case "agent" -> AgentBench.run(root, option(rest, "--seconds", 60), report);
      case "fleet" ->
          FleetBench.run(
              root, option(rest, "--nodes", 10_000), option(rest, "--seconds", 60), report);
      case "plan" -> plan(rest, report);
      case "replay" ->
          ReplayBench.run(
              root,
              word(rest, "--trace"),
              option(rest, "--procs", 0),
              option(rest, "--jobs", 100_000),
              option(rest, "--times", 3),
              report);
      default -> {
        refuse("there is no benchmark '" + rest.get(0) + "'");
      }
    }
    System.out.println(json ? report.json() : report.text());
  }

  /** The tail is a part of the jobs. */
  private static void recovery(List<String> rest, Report report) throws Exception {
    int jobs = option(rest, "--jobs", 1_000_000);
    int tail = option(rest, "--tail", Math.min(100_000, jobs / 10));
    if (tail > jobs) {
      refuse("--tail is " + tail + ", more than the " + jobs + " jobs that there are");
    }
    RecoveryBench.run(jobs, tail, report);
  }

  private static void accounting(List<String> rest, Report report) throws Exception {
    int midnight = option(rest, "--midnight", 0);
    if (midnight > 0) {
      MidnightBench.run(midnight, Math.max(1, option(rest, "--per-second", 100)), report);
    } else {
      int runs = option(rest, "--runs", 100_000);
      if (runs == 0) {
        refuse("--runs is 0, and at least one run is posted");
      }
      AccountingBench.run(runs, report);
    }
  }

  private static void plan(List<String> rest, Report report) {
    int nodes = option(rest, "--nodes", 20_000);
    int jobs = option(rest, "--jobs", 100_000);
    if (rest.contains("--unequal")) {
      LiveBench.unequal(nodes, jobs, option(rest, "--times", 200), word(rest, "--with"), report);
    } else if (rest.contains("--live")) {
      LiveBench.run(nodes, jobs, option(rest, "--times", 200), word(rest, "--with"), report);
    } else if (rest.contains("--reservations")) {
      PlanBench.reserving(nodes, jobs, option(rest, "--reservations", 1), report);
    } else {
      PlanBench.run(nodes, jobs, option(rest, "--per-switch", 0), report);
    }
  }

  private static String word(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    if (at == arguments.size() - 1) {
      refuse(name + " needs a value");
    }
    return at < 0 ? "" : arguments.get(at + 1);
  }

  private static int option(List<String> arguments, String name, int otherwise) {
    String text = arguments.contains(name) ? word(arguments, name) : String.valueOf(otherwise);
    if (!text.matches("[0-9]{1,9}")) {
      refuse(name + " needs a number, not '" + text + "'");
    }
    return Integer.parseInt(text);
  }

  private static void refuseUnknown(List<String> arguments) {
    String name = arguments.get(0);
    List<String> taken = OPTIONS.get(name);
    if (taken == null) {
      refuse("there is no benchmark '" + name + "'");
    }
    for (String each : arguments) {
      if (each.startsWith("-") && !taken.contains(each)) {
        refuse(
            name
                + " takes no "
                + each
                + (taken.isEmpty() ? "" : "; it takes " + String.join(", ", taken)));
      }
    }
  }

  private static void refuse(String what) {
    System.err.println("bench: " + what);
    System.exit(2);
  }
}
