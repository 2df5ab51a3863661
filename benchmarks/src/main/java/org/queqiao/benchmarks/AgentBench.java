package org.queqiao.benchmarks;

import java.nio.file.Path;
import java.util.Map;

/** The agent at rest: resident memory and CPU time, read from the kernel. */
final class AgentBench {
  private static final int SETTLE_SECONDS = 20;

  private AgentBench() {}

  static void run(Path root, int seconds, Report report) throws Exception {
    try (Service service = Service.start(root, "", Map.of())) {
      long pid = service.pid("agent");
      Thread.sleep(SETTLE_SECONDS * 1000L);
      long before = ProcessFigures.cpuTicks(pid);
      Thread.sleep(seconds * 1000L);
      long ticks = ProcessFigures.cpuTicks(pid) - before;
      report
          .put("seconds", seconds)
          .put("agentResidentMb", ProcessFigures.statusKb(pid, "VmRSS") / 1000.0)
          .put("agentPeakResidentMb", ProcessFigures.statusKb(pid, "VmHWM") / 1000.0)
          .put("agentCpuPercentOfCore", ProcessFigures.percentOfCore(ticks, seconds))
          .put("agentThreads", ProcessFigures.statusKb(pid, "Threads"))
          .put(
              "launcherResidentMb",
              ProcessFigures.statusKb(service.pid("launcher"), "VmRSS") / 1000.0);
    }
  }
}
