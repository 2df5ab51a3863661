package org.queqiao.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.benchmarks.load.Connection;

/**
 * Trivial jobs run end to end: submitted, allocated, launched as real processes, ended, recorded.
 */
final class JobsBench {
  /** The node offers more cores than it has: the trivial jobs hardly use one. */
  private static final String CORES = "32";

  /** A job that ended like this did not do what is measured. */
  private static final List<String> FAILURES = List.of("FAILED", "OUT_OF_MEMORY", "NODE_FAIL");

  private static final long POLL_MS = 20;
  private static final Pattern ID = Pattern.compile("\"id\":\\s*(\\d+)");

  private JobsBench() {}

  static void run(Path root, int jobs, Report report) throws Exception {
    try (Service service =
        Service.start(root, SubmitBench.SETTINGS, Map.of("QUEQIAO_AGENT_CORES", CORES))) {
      String token = service.token("researcher1");
      try (Connection connection = new Connection(service.port())) {
        System.err.println("warming up with " + jobs / 3 + " jobs");
        batch(connection, token, jobs / 3);
        System.err.println("measuring " + jobs + " jobs");
        long start = System.nanoTime();
        batch(connection, token, jobs);
        double elapsed = (System.nanoTime() - start) / 1e9;
        report
            .put("jobs", jobs)
            .put("seconds", elapsed)
            .put("jobsPerS", jobs / elapsed)
            .put("nodeCores", CORES);
      }
    }
  }

  private static void batch(Connection connection, String token, int jobs) throws Exception {
    byte[] request =
        Connection.request(
            "POST",
            "/api/v1/jobs",
            token,
            "application/json",
            "{\"script\":\"#!/bin/sh\\n:\\n\",\"memBytes\":1048576,\"stdoutPath\":\"/dev/null\"}");
    long last = 0;
    for (int i = 0; i < jobs; i++) {
      Matcher id = ID.matcher(SubmitBench.submit(connection, request));
      if (!id.find()) {
        throw new IllegalStateException("no id in the answer");
      }
      last = Long.parseLong(id.group(1));
    }
    awaitEmpty(connection, token, last);
    for (String state : FAILURES) {
      String found =
          connection
              .send(
                  Connection.request(
                      "GET", "/api/v1/jobs?state=" + state + "&limit=1", token, "", ""))
              .body();
      if (!found.contains("\"items\":[]")) {
        throw new IllegalStateException("not every job was run: " + found);
      }
    }
  }

  /**
   * First in, first out: when the last is final and nothing waits or runs, all have ended. Asked
   * seldom enough not to be the load that is measured.
   */
  private static void awaitEmpty(Connection connection, String token, long last) throws Exception {
    byte[] active = Connection.request("GET", "/api/v1/jobs?state=PENDING&limit=1", token, "", "");
    byte[] running = Connection.request("GET", "/api/v1/jobs?state=RUNNING&limit=1", token, "", "");
    byte[] job = Connection.request("GET", "/api/v1/jobs/" + last, token, "", "");
    for (; ; Thread.sleep(POLL_MS)) {
      if (connection.send(job).body().contains("COMPLETED")
          && connection.send(active).body().contains("\"items\":[]")
          && connection.send(running).body().contains("\"items\":[]")) {
        return;
      }
    }
  }
}
