package org.queqiao.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The agent at rest: resident memory and CPU time, read from the kernel. */
final class AgentBench {
  private static final int SETTLE_SECONDS = 20;
  private static final double TICKS_PER_SECOND = 100;

  private AgentBench() {}

  static void run(Path root, int seconds, Report report) throws Exception {
    try (Service service = Service.start(root, "", Map.of())) {
      long pid = service.pid("agent");
      Thread.sleep(SETTLE_SECONDS * 1000L);
      long before = cpuTicks(pid);
      Thread.sleep(seconds * 1000L);
      long ticks = cpuTicks(pid) - before;
      report
          .put("seconds", seconds)
          .put("agentResidentMb", statusKb(pid, "VmRSS") / 1000.0)
          .put("agentPeakResidentMb", statusKb(pid, "VmHWM") / 1000.0)
          .put("agentCpuPercentOfCore", 100.0 * ticks / TICKS_PER_SECOND / seconds)
          .put("agentThreads", statusKb(pid, "Threads"))
          .put("launcherResidentMb", statusKb(service.pid("launcher"), "VmRSS") / 1000.0);
    }
  }

  private static long cpuTicks(long pid) throws Exception {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static long statusKb(long pid, String key) throws Exception {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith(key + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }
}
