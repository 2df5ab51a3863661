package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.benchmarks.load.Connection;

/**
 * Thousands of fake nodes against one server: how long they take to enrol, what their heartbeats
 * cost the server, and what it has in memory.
 */
final class FleetBench {
  /** Each look at the metrics costs the server as much as an enrolment. */
  private static final long POLL_MS = 2_000;

  private static final long PATIENCE_NANOS = 3_000L * 1_000_000_000;
  private static final int HEARTBEAT_S = 10;
  private static final Pattern CONNECTED = Pattern.compile("(?m)^queqiao_agents_connected (\\d+)");

  private FleetBench() {}

  static void run(Path root, int nodes, int seconds, Report report) throws Exception {
    try (Service service = Service.start(root, "", Map.of())) {
      long server = service.pid("server");
      report.put("nodes", nodes);
      measure(server, seconds, "without", report);
      System.err.println("enrolling " + nodes + " nodes");
      long start = System.nanoTime();
      long ticks = ProcessFigures.cpuTicks(server);
      service.script("agent", "--fake-nodes", Integer.toString(nodes));
      // The node of this machine is connected too.
      awaitConnected(service, nodes + 1L, start);
      report
          .put("enrolS", (System.nanoTime() - start) / 1e9)
          .put("enrolServerCpuS", (ProcessFigures.cpuTicks(server) - ticks) / 100.0);
      System.err.println("listening to heartbeats for " + seconds + " s");
      report.put("heartbeatsPerS", (nodes + 1) / (double) HEARTBEAT_S);
      measure(server, seconds, "with", report);
      long fleet = pid(service.data().resolve("host/fleet.pid"));
      report.put("fleetResidentMiB", ProcessFigures.statusKb(fleet, "VmRSS") / 1024.0);
    }
  }

  private static void measure(long server, int seconds, String prefix, Report report)
      throws Exception {
    Thread.sleep(2L * HEARTBEAT_S * 1_000);
    long before = ProcessFigures.cpuTicks(server);
    Thread.sleep(seconds * 1_000L);
    long ticks = ProcessFigures.cpuTicks(server) - before;
    report
        .put(prefix + "NodesServerCpuPercentOfCore", ProcessFigures.percentOfCore(ticks, seconds))
        .put(prefix + "NodesServerResidentMiB", ProcessFigures.statusKb(server, "VmRSS") / 1024.0);
  }

  private static void awaitConnected(Service service, long wanted, long start) throws Exception {
    try (Connection connection = new Connection(service.port())) {
      byte[] request =
          Connection.request("GET", "/metrics", service.token("admin1"), "text/plain", "");
      for (; ; Thread.sleep(POLL_MS)) {
        Matcher connected = CONNECTED.matcher(connection.send(request).body());
        if (connected.find() && Long.parseLong(connected.group(1)) >= wanted) {
          return;
        }
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new IllegalStateException("not all nodes came: " + connected);
        }
      }
    }
  }

  private static long pid(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).split(" ")[0]);
  }
}
