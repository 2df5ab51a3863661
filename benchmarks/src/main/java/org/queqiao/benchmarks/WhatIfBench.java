package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.queqiao.benchmarks.load.Connection;

/**
 * How long a single submit takes while two accounts ask what-ifs without a pause, and while nobody
 * does: over HTTP, one connection, each submit durable, jobs waiting in the state. The two are
 * measured in turns, so that a slow moment of the machine falls on both.
 */
final class WhatIfBench {
  private static final int TURNS = 6;
  private static final String HELD = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";
  private static final String WAITING = "{\"script\":\"#!/bin/sh\\ntrue\\n\"}";
  private static final String QUESTION =
      "{\"submit\":{\"script\":\"#!/bin/sh\\ntrue\\n\"},\"samples\":1}";

  private WhatIfBench() {}

  static void run(Path root, int jobs, int requests, Report report) throws Exception {
    String settings =
        SubmitBench.SETTINGS + "  requestsPerSecond: 1000000\n  requestBurst: 1000000\n";
    try (Service service = Service.start(root, settings, Map.of())) {
      byte[] waiting = submission(service.token("researcher2"), WAITING);
      byte[] held = submission(service.token("researcher1"), HELD);
      try (Connection connection = new Connection(service.port())) {
        for (int i = 0; i < jobs; i++) {
          SubmitBench.submit(connection, waiting);
        }
        for (int i = 0; i < requests; i++) {
          SubmitBench.submit(connection, held);
        }
        long[] alone = new long[requests];
        long[] beside = new long[requests];
        long answered = 0;
        int part = requests / TURNS;
        for (int turn = 0; turn < TURNS; turn++) {
          measure(connection, held, alone, turn * part, part);
          try (Askers askers = new Askers(service)) {
            measure(connection, held, beside, turn * part, part);
            answered += askers.stop();
          }
        }
        report
            .put("jobsThatWait", jobs)
            .put("submits", part * TURNS)
            .put("whatIfsAnswered", answered)
            .percentiles("alone", java.util.Arrays.copyOf(alone, part * TURNS))
            .percentiles("besideWhatIfs", java.util.Arrays.copyOf(beside, part * TURNS));
      }
    }
  }

  private static byte[] submission(String token, String body) {
    return Connection.request("POST", "/api/v1/jobs", token, "application/json", body);
  }

  private static void measure(
      Connection connection, byte[] request, long[] into, int from, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      SubmitBench.submit(connection, request);
      into[from + i] = System.nanoTime() - start;
    }
  }

  /** Two accounts that ask one question after the other. */
  private static final class Askers implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final Future<Long> first;
    private final Future<Long> second;

    private Askers(Service service) throws Exception {
      byte[] one = question(service.token("researcher1"));
      byte[] other = question(service.token("researcher2"));
      first = threads.submit(() -> ask(service.port(), one));
      second = threads.submit(() -> ask(service.port(), other));
    }

    private static byte[] question(String token) {
      return Connection.request("POST", "/api/v1/what-if", token, "application/json", QUESTION);
    }

    private long ask(int port, byte[] request) throws IOException {
      long answered = 0;
      try (Connection connection = new Connection(port)) {
        while (!over.get()) {
          Connection.Answer answer = connection.send(request);
          if (answer.status() != 200) {
            throw new IllegalStateException(answer.status() + ": " + answer.body());
          }
          answered++;
        }
      }
      return answered;
    }

    private long stop() throws Exception {
      over.set(true);
      return first.get() + second.get();
    }

    @Override
    public void close() {
      over.set(true);
      threads.close();
    }
  }
}
