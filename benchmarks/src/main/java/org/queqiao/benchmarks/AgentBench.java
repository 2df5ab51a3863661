package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The agent with 0, 10 and 200 runs, counters on: resident memory and CPU time, read from the
 * kernel, what a monitor has in memory, and how long an agent takes from its start to its welcome.
 */
final class AgentBench {
  private static final int SETTLE_SECONDS = 20;
  private static final int[] RUNS = {0, 10, 200};
  private static final int POLL_MS = 500;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final double TICKS_PER_SECOND = 100;

  private AgentBench() {}

  static void run(Path root, int seconds, Report report) throws Exception {
    int most = RUNS[RUNS.length - 1];
    Map<String, String> offered = Map.of("QUEQIAO_AGENT_CORES", Integer.toString(most));
    try (Service service = Service.start(root, "", offered)) {
      long agent = service.pid("agent");
      long launcher = service.pid("launcher");
      report.put("seconds", seconds).put("agentReadyMs", readyMs(service, agent));
      int running = 0;
      for (int runs : RUNS) {
        start(service, launcher, running, runs);
        running = runs;
        measure(agent, seconds, "with" + runs + "Runs", report);
      }
      report
          .put("agentPeakResidentMiB", ProcessFigures.statusKb(agent, "VmHWM") / 1024.0)
          .put("agentThreads", ProcessFigures.statusKb(agent, "Threads"))
          .put("launcherResidentMiB", ProcessFigures.statusKb(launcher, "VmRSS") / 1024.0)
          .put("monitorResidentKb", monitorKb(launcher));
    }
  }

  private static void measure(long agent, int seconds, String prefix, Report report)
      throws Exception {
    Thread.sleep(SETTLE_SECONDS * 1000L);
    long before = ProcessFigures.cpuTicks(agent);
    Thread.sleep(seconds * 1000L);
    long ticks = ProcessFigures.cpuTicks(agent) - before;
    report
        .put(prefix + "AgentResidentMiB", ProcessFigures.statusKb(agent, "VmRSS") / 1024.0)
        .put(prefix + "AgentCpuPercentOfCore", ProcessFigures.percentOfCore(ticks, seconds));
  }

  private static void start(Service service, long launcher, int running, int wanted)
      throws Exception {
    if (wanted == running) {
      return;
    }
    Path script = service.data().resolve("sleep-" + wanted + ".sh");
    Files.writeString(script, "#!/bin/sh\nexec sleep 3600\n");
    String[] command = {
      "submit", script.toString(), "--array", "1-" + (wanted - running), "--mem-bytes", "1048576"
    };
    service.script(command);
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (monitors(launcher).size() < wanted) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("only " + monitors(launcher).size() + " runs started");
      }
      Thread.sleep(POLL_MS);
    }
  }

  /** The children of the launcher that are monitors. */
  private static List<Long> monitors(long launcher) throws IOException {
    List<Long> out = new ArrayList<>();
    String children =
        Files.readString(Path.of("/proc/" + launcher + "/task/" + launcher + "/children"));
    for (String child : children.strip().split(" ")) {
      if (!child.isEmpty()
          && Files.readString(Path.of("/proc", child, "comm")).startsWith("queqiao-monitor")) {
        out.add(Long.parseLong(child));
      }
    }
    return out;
  }

  private static double monitorKb(long launcher) throws IOException {
    long sum = 0;
    List<Long> monitors = monitors(launcher);
    for (long monitor : monitors) {
      sum += ProcessFigures.statusKb(monitor, "VmRSS");
    }
    return monitors.isEmpty() ? 0 : (double) sum / monitors.size();
  }

  /** From the start of the process to the line in which it says that it was welcomed. */
  private static double readyMs(Service service, long agent) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(agent), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    double uptimeS = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    double startedMs =
        System.currentTimeMillis()
            - uptimeS * 1000
            + Long.parseLong(fields[19]) / TICKS_PER_SECOND * 1000;
    for (String line : Files.readAllLines(service.data().resolve("printed/agent.log"))) {
      if (line.contains("welcomed by the server")) {
        double tookMs =
            Instant.parse(line.substring(0, line.indexOf(' '))).toEpochMilli() - startedMs;
        // An earlier agent, which wrote the cache of classes, says it too.
        if (tookMs > 0) {
          return tookMs;
        }
      }
    }
    return -1;
  }
}
