package org.queqiao.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.queqiao.benchmarks.load.Connection;

/** The server's live heap with many waiting jobs, each with a script of its own name. */
final class HeapBench {
  private static final int CLIENTS = 32;

  private HeapBench() {}

  static void run(Path root, int jobs, Report report) throws Exception {
    try (Service service = Service.start(root, SubmitBench.SETTINGS, Map.of())) {
      long before = liveHeapBytes(service.pid("server"));
      String token = service.token("researcher1");
      try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
        List<Future<?>> all = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
          int first = client;
          all.add(threads.submit(() -> fill(service.port(), token, first, jobs)));
        }
        for (Future<?> each : all) {
          each.get();
        }
      }
      long after = liveHeapBytes(service.pid("server"));
      report
          .put("pendingJobs", jobs)
          .put("heapEmptyMb", before / 1e6)
          .put("heapMb", after / 1e6)
          .put("bytesPerJob", (after - before) / jobs);
    }
  }

  private static Void fill(int port, String token, int first, int jobs) throws Exception {
    try (Connection connection = new Connection(port)) {
      for (int i = first; i < jobs; i += CLIENTS) {
        String body =
            "{\"name\":\"member-"
                + i
                + "\",\"hold\":true,\"script\":\"#!/bin/sh\\n./member "
                + i
                + "\\n\"}";
        SubmitBench.submit(
            connection,
            Connection.request("POST", "/api/v1/jobs", token, "application/json", body));
      }
    }
    return null;
  }

  /** What a full collection leaves, as the class histogram of the process counts it. */
  private static long liveHeapBytes(long pid) throws Exception {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram").start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String total = out.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
    return Long.parseLong(total.strip().split("\\s+")[2]);
  }
}
