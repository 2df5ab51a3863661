package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that each submit a short job, repeat the request with its key until it is answered, wait
 * until the job has begun, and submit the next. Each run adds a line to a file of its job.
 */
final class KillLoad {
  /** Twice the cores that the node offers: some wait, some run. */
  private static final int CLIENTS = 16;

  private static final long PATIENCE_S = 120;
  private static final long BEGUN_S = 20;
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final Path marks;
  private final ConcurrentSkipListMap<String, Long> acknowledged = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListMap<Integer, Integer> statuses = new ConcurrentSkipListMap<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final List<Thread> threads = new ArrayList<>();

  private KillLoad(Path marks) {
    this.marks = marks;
  }

  static KillLoad start(String url, String token, Path marks) {
    KillLoad load = new KillLoad(marks);
    AtomicInteger number = new AtomicInteger();
    for (int i = 0; i < CLIENTS; i++) {
      load.threads.add(
          Thread.startVirtualThread(() -> {
            try (Client client = new Client(url, token)) {
              while (load.going.get()) {
                load.one(client, number.incrementAndGet());
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }));
    }
    return load;
  }

  /** Ends the load once what is under way has been answered. */
  void stop() throws InterruptedException {
    going.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** The jobs that were answered with 201, by key. */
  Map<String, Long> acknowledged() {
    return acknowledged;
  }

  /** How often a job has run. */
  int runs(String key) throws IOException {
    Path mark = marks.resolve(key);
    return Files.exists(mark) ? Files.readAllLines(mark).size() : 0;
  }

  /** Waits until so many more jobs have begun to run. */
  void awaitProgress(int jobs) throws InterruptedException {
    int before = begun.get();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (begun.get() < before + jobs) {
      assertThat(System.nanoTime())
          .as("%d jobs begin to run; %s", jobs, told())
          .isLessThan(deadline);
      NEVER.await(5, TimeUnit.MILLISECONDS);
    }
  }

  /** What the clients were told. */
  String told() {
    return "answers by status " + statuses + ", " + unanswered + " requests without an answer";
  }

  private void one(Client client, int number) throws InterruptedException {
    String key = "kill-" + number;
    Path mark = marks.resolve(key);
    String script =
        "#!/bin/sh\\necho $SLURM_JOB_ID >> " + mark + "\\nsleep 0." + number % 2 + number % 10;
    String body =
        "{\"name\":\"" + key + "\",\"memBytes\":16777216,\"script\":\"" + script + "\\n\"}";
    Long id = once(client, body, key);
    while (id == null && going.get()) {
      NEVER.await(20, TimeUnit.MILLISECONDS);
      id = once(client, body, key);
    }
    if (id == null) {
      // The load ends: what was not answered was not promised.
      return;
    }
    acknowledged.put(key, id);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BEGUN_S);
    while (!Files.exists(mark) && System.nanoTime() < deadline) {
      NEVER.await(5, TimeUnit.MILLISECONDS);
    }
    begun.incrementAndGet();
  }

  private Long once(Client client, String body, String key) throws InterruptedException {
    try {
      Client.Answer answer = client.post("/api/v1/jobs", body, "Idempotency-Key", key);
      statuses.merge(answer.status(), 1, Integer::sum);
      return answer.status() == 201 ? answer.json().path("id").asLong() : null;
    } catch (IOException e) {
      unanswered.incrementAndGet();
      return null;
    }
  }
}
