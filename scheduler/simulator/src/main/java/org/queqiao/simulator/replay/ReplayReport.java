package org.queqiao.simulator.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a replay as text, as JSON and as a line of a table. */
final class ReplayReport {
  private static final int P50 = 50;
  private static final int P95 = 95;
  private static final int P99 = 99;
  private static final int P100 = 100;

  private ReplayReport() {}

  static String text(ReplayResult result) {
    return line("jobs", "%d", result.jobs().count())
        + line("left out of the log", "%s", result.jobs().leftOut().text())
        + line("processors", "%d", result.jobs().procs())
        + line("mean wait", "%.3f s", result.meanWaitS())
        + line("P50 wait", "%d s", result.waitS(P50))
        + line("P95 wait", "%d s", result.waitS(P95))
        + line("P99 wait", "%d s", result.waitS(P99))
        + line("longest wait", "%d s", result.waitS(P100))
        + line("mean bounded slowdown", "%.6f", result.meanBoundedSlowdown())
        + line("utilisation", "%.4f", result.utilisation())
        + line("makespan", "%d s", result.makespanS())
        + promises(result.promises())
        + line("decisions", "%.0f /s", result.decisionsPerS())
        + line("wall time", "%.3f s", result.wallS());
  }

  private static String promises(PromiseRecord promises) {
    return promises.made() == 0
        ? ""
        : line("promises", "%d", promises.made())
            + line("promises late", "%d", promises.late())
            + line("latest", "%d s", promises.latestS());
  }

  private static String line(String name, String form, Object value) {
    return String.format(Locale.ROOT, "%-22s " + form + "%n", name, value);
  }

  /** Of a comparison: the figures by the name of the policy. */
  static String json(List<ComparisonPage.Curve> all) {
    StringBuilder out = new StringBuilder("{");
    for (ComparisonPage.Curve each : all) {
      out.append(out.length() > 1 ? "," : "")
          .append('"')
          .append(each.name())
          .append("\":")
          .append(json(each.result()).strip());
    }
    return out.append("}\n").toString();
  }

  static String json(ReplayResult result) {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("jobs", String.valueOf(result.jobs().count()));
    figures.put("leftOut", leftOut(result.jobs().leftOut()));
    figures.put("meanWaitS", decimal(result.meanWaitS()));
    figures.put("p50WaitS", String.valueOf(result.waitS(P50)));
    figures.put("p95WaitS", String.valueOf(result.waitS(P95)));
    figures.put("p99WaitS", String.valueOf(result.waitS(P99)));
    figures.put("maxWaitS", String.valueOf(result.waitS(P100)));
    figures.put("meanBoundedSlowdown", decimal(result.meanBoundedSlowdown()));
    figures.put("utilisation", decimal(result.utilisation()));
    figures.put("makespanS", String.valueOf(result.makespanS()));
    figures.put("decisionsPerS", decimal(result.decisionsPerS()));
    figures.put("wallS", decimal(result.wallS()));
    StringBuilder out = new StringBuilder("{");
    figures.forEach((name, value) ->
        out.append(out.length() > 1 ? "," : "")
            .append('"')
            .append(name)
            .append("\":")
            .append(value));
    return out.append("}\n").toString();
  }

  private static String leftOut(ReplayJobs.LeftOut jobs) {
    return String.format(
        Locale.ROOT,
        "{\"jobs\":%d,\"neverRan\":%d,\"unsaid\":%d,\"tooLarge\":%d}",
        jobs.all(),
        jobs.neverRan(),
        jobs.unsaid(),
        jobs.tooLarge());
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.6f", value);
  }

  static String tableHead() {
    return String.format(
        "%-14s %8s %12s %9s %9s %9s %9s %12s %7s %10s%n",
        "policy",
        "jobs",
        "mean wait s",
        "P50 s",
        "P95 s",
        "P99 s",
        "max s",
        "slowdown",
        "use",
        "makespan s");
  }

  static String tableLine(String policy, ReplayResult result) {
    return String.format(
        Locale.ROOT,
        "%-14s %8d %12.1f %9d %9d %9d %9d %12.3f %7.4f %10d%n",
        policy,
        result.jobs().count(),
        result.meanWaitS(),
        result.waitS(P50),
        result.waitS(P95),
        result.waitS(P99),
        result.waitS(P100),
        result.meanBoundedSlowdown(),
        result.utilisation(),
        result.makespanS());
  }
}
