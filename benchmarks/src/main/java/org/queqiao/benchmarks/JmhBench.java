package org.queqiao.benchmarks;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The JMH benchmarks of {@code src/jmh}, which the profile {@code jmh} of the build compiles. */
final class JmhBench {
  private JmhBench() {}

  static void run(Report report) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options.include("org.queqiao.benchmarks.*").verbosity(VerboseMode.SILENT);
    for (RunResult each : new Runner(options.build()).run()) {
      String name = each.getPrimaryResult().getLabel();
      report.put(name + "Us", each.getPrimaryResult().getScore());
      report.put(name + "ErrorUs", each.getPrimaryResult().getScoreError());
    }
  }
}
