package org.queqiao.benchmarks;

import java.util.SplittableRandom;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.Forecaster;
import org.queqiao.core.forecast.RunTimeRatios;

/**
 * How many futures of a busy cluster a forecast runs through in a second: that of the job which is
 * last in the queue. Run times are drawn from runs that lasted any part of their limits.
 */
final class ForecastBench {
  private static final int LEARNT = 4_000;
  private static final long HOUR_MS = 3_600_000;

  private ForecastBench() {}

  static void run(int nodes, int jobs, int samples, Report report) {
    LiveBench filled = LiveBench.filled(nodes, jobs);
    BenchCluster cluster = filled.cluster();
    RunTimeRatios learnt = new RunTimeRatios();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < LEARNT; i++) {
      learnt.ended(
          new UserName("user" + i % BenchCluster.USERS), random.nextLong(HOUR_MS) + 1, HOUR_MS);
    }
    ClusterImage image = cluster.machine().image();
    JobId last = image.jobs().getLast().id();
    Forecaster forecaster = new Forecaster(image, cluster.nowMs(), Long.MAX_VALUE, () -> false);
    long cpu = PlanBench.cpuNanos();
    Forecast forecast = forecaster.forecast(last, learnt, samples);
    double seconds = (PlanBench.cpuNanos() - cpu) / 1e9;
    report.put("nodes", nodes).put("pending", cluster.machine().state().pendingJobs());
    report.put("samples", forecast.samples());
    report.put("cpuS", seconds).put("samplesPerCpuS", forecast.samples() / seconds);
  }
}
