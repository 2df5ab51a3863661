package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.ClusterState;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.runtime.TimeSource;

/**
 * How long a submit of another user takes while an array of a million tasks is cancelled of which
 * many run: on the loop of the server, with its log on the disk, one submit after the other.
 */
final class CancelBench {
  private static final int CORES = 64;
  private static final int ALONE = 400;

  private CancelBench() {}

  static void run(int nodes, int times, Report report) throws Exception {
    List<Long> alone = new ArrayList<>();
    List<Long> beside = new ArrayList<>();
    long[] cancels = new long[times];
    for (int i = 0; i < times; i++) {
      Path folder = Files.createTempDirectory("queqiao-cancel-");
      try {
        cancels[i] = once(folder, nodes, alone, beside);
      } finally {
        delete(folder);
      }
    }
    report
        .put("tasksThatRan", (long) nodes * CORES)
        .put("factsPerPart", Decision.PART)
        .put("submitsBeside", beside.size())
        .percentiles("cancel", cancels)
        .percentiles("alone", nanos(alone))
        .percentiles("besideCancel", nanos(beside));
  }

  private static long once(Path folder, int nodes, List<Long> alone, List<Long> beside)
      throws Exception {
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
      SchedulerRuntime runtime =
          SchedulerRuntime.open(
              log,
              RuntimeSettings.DEFAULTS,
              TimeSource.system(),
              (desired, epoch) -> {},
              FaultHandler.haltProcess());
      runtime.start();
      try {
        for (Input each : BenchCluster.siteInputs()) {
          tell(runtime, each);
        }
        for (int i = 0; i < nodes; i++) {
          tell(runtime, BenchCluster.nodeInput(i, CORES));
        }
        Input array = submission(0, JobRequest.builder(script(0)).array("1-1000000").build());
        JobId id = ((Reply.JobAccepted) tell(runtime, array)).job();
        while (runtime.query(ClusterState::runningJobs).get() < (long) nodes * CORES) {
          Thread.onSpinWait();
        }
        for (int i = 0; i < ALONE; i++) {
          alone.add(submit(runtime, i));
        }
        long begun = System.nanoTime();
        CompletableFuture<Long> cancelled =
            runtime
                .submit(new Input.CancelJob(Actor.user(BenchCluster.user(0)), id))
                .thenApply(_ -> System.nanoTime());
        for (int i = ALONE; !cancelled.isDone(); i++) {
          beside.add(submit(runtime, i));
        }
        return cancelled.get() - begun;
      } finally {
        runtime.close();
      }
    }
  }

  /** How long a held job of another user takes until its submit is durable, in nanoseconds. */
  private static long submit(SchedulerRuntime runtime, int number) throws Exception {
    Input input = submission(1, JobRequest.builder(script(number)).hold(true).build());
    long begun = System.nanoTime();
    tell(runtime, input);
    return System.nanoTime() - begun;
  }

  private static Input submission(int user, JobRequest request) {
    return new Input.SubmitJob(Actor.user(BenchCluster.user(user)), request, "", new byte[0]);
  }

  private static byte[] script(int number) {
    return ("#!/bin/sh\n./task " + number + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static Reply tell(SchedulerRuntime runtime, Input input) throws Exception {
    Reply reply = runtime.submit(input).get();
    if (reply instanceof Reply.Rejected rejected) {
      throw new IllegalStateException(input + ": " + rejected);
    }
    return reply;
  }

  private static long[] nanos(List<Long> all) {
    return all.stream().mapToLong(Long::longValue).toArray();
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
