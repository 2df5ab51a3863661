package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.benchmarks.load.Connection;

/**
 * How long a single submit takes while one account asks what-ifs and another forecasts, both
 * without a pause, and while nobody does: over HTTP, one connection, each submit durable, behind
 * jobs that wait for hours. The two are measured in turns, so that a slow moment of the machine
 * falls on both.
 */
final class WhatIfBench {
  private static final int TURNS = 6;

  /** So long questions are asked before anything is measured. */
  private static final long WARM_UP_MS = 10_000;

  private static final String HELD = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";
  private static final String WAITING =
      "{\"script\":\"#!/bin/sh\\nsleep 3600\\n\",\"limitMs\":3600000}";
  private static final String QUESTION =
      "{\"submit\":{\"script\":\"#!/bin/sh\\ntrue\\n\"},\"samples\":1}";

  private static final Pattern ID = Pattern.compile("\"id\":\"?([0-9]+)");

  private WhatIfBench() {}

  static void run(Path root, int jobs, int requests, Report report) throws Exception {
    String settings =
        SubmitBench.SETTINGS + "  requestsPerSecond: 1000000\n  requestBurst: 1000000\n";
    try (Service service = Service.start(root, settings, Map.of())) {
      byte[] waiting = submission(service.token("researcher2"), WAITING);
      byte[] held = submission(service.token("researcher1"), HELD);
      try (Connection connection = new Connection(service.port())) {
        String last = "";
        for (int i = 0; i < jobs; i++) {
          last = SubmitBench.submit(connection, waiting);
        }
        String job = idOf(last);
        for (int i = 0; i < requests; i++) {
          SubmitBench.submit(connection, held);
        }
        System.err.println("warming up for " + WARM_UP_MS / 1_000 + " s");
        try (Askers askers = new Askers(service, job)) {
          Thread.sleep(WARM_UP_MS);
          askers.stop();
        }
        long[] alone = new long[requests];
        long[] beside = new long[requests];
        long whatIfs = 0;
        long forecasts = 0;
        int part = requests / TURNS;
        for (int turn = 0; turn < TURNS; turn++) {
          measure(connection, held, alone, turn * part, part);
          try (Askers askers = new Askers(service, job)) {
            measure(connection, held, beside, turn * part, part);
            askers.stop();
            whatIfs += askers.whatIfs.get();
            forecasts += askers.forecasts.get();
          }
        }
        report
            .put("jobsThatWait", jobs)
            .put("submits", part * TURNS)
            .put("whatIfsAnswered", whatIfs)
            .put("forecastsAnswered", forecasts)
            .percentiles("alone", Arrays.copyOf(alone, part * TURNS))
            .percentiles("besideQuestions", Arrays.copyOf(beside, part * TURNS))
            .ratios(
                "beside", Arrays.copyOf(beside, part * TURNS), Arrays.copyOf(alone, part * TURNS));
      }
    }
  }

  private static String idOf(String answer) {
    Matcher id = ID.matcher(answer);
    if (!id.find()) {
      throw new IllegalStateException("no id of a job in " + answer);
    }
    return id.group(1);
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

  /** An account that asks for one what-if after the other, and one that asks for forecasts. */
  private static final class Askers implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final Future<Long> whatIfs;
    private final Future<Long> forecasts;

    private Askers(Service service, String job) throws Exception {
      byte[] one = question(service.token("researcher1"));
      byte[] other =
          Connection.request(
              "GET",
              "/api/v1/jobs/" + job + "/forecast",
              service.token("researcher2"),
              "application/json",
              "");
      whatIfs = threads.submit(() -> ask(service.port(), one));
      forecasts = threads.submit(() -> ask(service.port(), other));
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

    private void stop() throws Exception {
      over.set(true);
      whatIfs.get();
      forecasts.get();
    }

    @Override
    public void close() {
      over.set(true);
      threads.close();
    }
  }
}
