package org.queqiao.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.queqiao.core.state.ClusterState;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.runtime.TimeSource;

/**
 * Many waiting jobs held in memory, and that state recovered. One process writes the log and a
 * snapshot; another, with the flags of the server, opens them as the server does and says how long
 * it took until its loop could start, and what its heap holds after a collection.
 */
final class RecoveryBench {
  /** The heap and the collector of a server as {@code ./queqiao up} starts it. */
  private static final List<String> SERVER_FLAGS =
      List.of(
          "-Xms256m",
          "-Xmx2g",
          "-XX:+UseG1GC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED");

  private RecoveryBench() {}

  static void run(int jobs, int tail, Report report) throws Exception {
    Path folder = Files.createTempDirectory("queqiao-recovery-");
    try {
      System.err.println("writing a log of " + jobs + " waiting jobs");
      ManyJobs.write(folder, jobs, tail);
      report.put("pendingJobs", jobs).put("tailEvents", tail);
      report.put("logMiB", bytes(folder, "segment-") >> 20);
      report.put("snapshotMiB", bytes(folder.resolve("snapshots"), "snapshot-") >> 20);
      recoverElsewhere(folder, report);
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private static long bytes(Path folder, String prefix) throws IOException {
    long sum = 0;
    try (var files = Files.list(folder)) {
      for (Path each : files.toList()) {
        sum += each.getFileName().toString().startsWith(prefix) ? Files.size(each) : 0;
      }
    }
    return sum;
  }

  private static void recoverElsewhere(Path folder, Report report) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(SERVER_FLAGS);
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(RecoveryBench.class.getName(), folder.toString()));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException("the recovering process ended with " + exit);
    }
    for (String each : out.lines().toList()) {
      String[] figure = each.split(" ");
      report.put(figure[0], Double.parseDouble(figure[1]));
    }
    report.put("heapFlags", String.join(" ", SERVER_FLAGS.subList(0, 4)));
  }

  /** The recovering process: one figure a line, name and value. */
  public static void main(String[] arguments) throws Exception {
    long begun = System.nanoTime();
    try (EventLog log = FileEventLog.open(Path.of(arguments[0]), LogSettings.defaults())) {
      say("openLogS", (System.nanoTime() - begun) / 1e9);
      SchedulerRuntime runtime =
          SchedulerRuntime.open(
              log,
              RuntimeSettings.DEFAULTS,
              TimeSource.system(),
              (desired, epoch) -> {},
              FaultHandler.haltProcess());
      say("recoveryS", (System.nanoTime() - begun) / 1e9);
      say("recoveryCpuS", cpuSeconds());
      say("peakHeapMiB", peakHeapMib());
      long started = System.nanoTime();
      runtime.start();
      say("pendingRecovered", runtime.query(ClusterState::pendingJobs).get());
      say("firstAnswerS", (System.nanoTime() - started) / 1e9);
      say("heapAfterGcMiB", usedAfterGcMib());
    }
    // Without closing the runtime: it would write a snapshot of what was just read.
    System.exit(0);
  }

  private static void say(String name, double value) {
    System.out.println(name + " " + value);
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  private static long peakHeapMib() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(each -> each.getType() == java.lang.management.MemoryType.HEAP)
            .mapToLong(each -> each.getPeakUsage().getUsed())
            .sum()
        >> 20;
  }

  private static long usedAfterGcMib() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
  }
}
