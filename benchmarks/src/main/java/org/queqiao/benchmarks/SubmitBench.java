package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.queqiao.benchmarks.load.Connection;

/** Durable submits over REST: each answer of 201 is counted, and each is in the synced log. */
final class SubmitBench {
  static final int CONNECTIONS = 64;
  private static final int WARM_UP_SECONDS = 8;

  /** An account may have 200,000 jobs that have not ended. */
  private static final int MAX_SUBMITS = 190_000;

  /** Benchmarks state their own rate limit. */
  static final String SETTINGS = "limits:\n  submitsPerSecond: 1000000\n  submitBurst: 1000000\n";

  private static final String BODY = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";

  private SubmitBench() {}

  static void run(Path root, int seconds, Report report) throws Exception {
    try (Service service = Service.start(root, SETTINGS, Map.of())) {
      System.err.println("warming up for " + WARM_UP_SECONDS + " s");
      load(service.port(), request(service.token("researcher2")), WARM_UP_SECONDS);
      byte[] request = request(service.token("researcher1"));
      System.err.println("measuring for " + seconds + " s");
      long start = System.nanoTime();
      long[] nanos = load(service.port(), request, seconds);
      double elapsed = (System.nanoTime() - start) / 1e9;
      report
          .put("connections", CONNECTIONS)
          .put("submits", nanos.length)
          .put("submitsPerS", nanos.length / elapsed)
          .percentiles("latency", nanos);
    }
  }

  static void runSingle(Path root, int requests, Report report) throws Exception {
    try (Service service = Service.start(root, SETTINGS, Map.of())) {
      byte[] request = request(service.token("researcher1"));
      try (Connection connection = new Connection(service.port())) {
        long[] nanos = new long[requests];
        for (int i = -requests; i < requests; i++) {
          long start = System.nanoTime();
          submit(connection, request);
          if (i >= 0) {
            nanos[i] = System.nanoTime() - start;
          }
        }
        report.put("connections", 1).put("submits", requests).percentiles("latency", nanos);
      }
    }
  }

  private static byte[] request(String token) {
    return Connection.request("POST", "/api/v1/jobs", token, "application/json", BODY);
  }

  /**
   * Keeps all connections busy until the time is over or one account has nearly as many jobs as it
   * may have, and returns the time of each submit in nanoseconds.
   */
  static long[] load(int port, byte[] request, int seconds) throws Exception {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<Callable<List<Long>>> clients = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      clients.add(() -> client(port, request, end));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Long> all = new ArrayList<>();
      for (Future<List<Long>> each : threads.invokeAll(clients)) {
        all.addAll(each.get());
      }
      return all.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private static List<Long> client(int port, byte[] request, long end) throws IOException {
    List<Long> nanos = new ArrayList<>();
    try (Connection connection = new Connection(port)) {
      for (long start = System.nanoTime();
          start < end && nanos.size() < MAX_SUBMITS / CONNECTIONS;
          start = System.nanoTime()) {
        submit(connection, request);
        nanos.add(System.nanoTime() - start);
      }
    }
    return nanos;
  }

  static String submit(Connection connection, byte[] request) throws IOException {
    Connection.Answer answer = connection.send(request);
    if (answer.status() != 201) {
      throw new IllegalStateException("refused with " + answer.status() + ": " + answer.body());
    }
    return answer.body();
  }
}
