package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.benchmarks.Service;

/** Processes are killed at random moments under load, and nothing that was promised is lost. */
final class KillTest {
  private static final int KILLS = 100;
  private static final Path ROOT = root();

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("queqiao"))) {
      at = at.getParent();
    }
    return at;
  }

  /** Minutes long: it runs at the full size only. */
  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  @EnabledIfSystemProperty(named = "queqiao.test.size", matches = "full")
  void noAcknowledgedJobIsLostOrRunTwiceOrBilledTwice(String victim) throws Exception {
    long seed = System.nanoTime();
    System.err.println("KillTest of the " + victim + ": seed " + seed);
    try (Service service = Service.start(ROOT, "", Map.of("QUEQIAO_AGENT_CORES", "8"))) {
      Path marks = Files.createTempDirectory("queqiao-marks-");
      Files.setPosixFilePermissions(
          marks, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
      Map<String, Long> acknowledged = new ConcurrentSkipListMap<>();
      AtomicBoolean going = new AtomicBoolean(true);
      String token = service.token("researcher1");
      Thread load =
          Thread.startVirtualThread(() -> submit(service, token, marks, acknowledged, going));
      killRepeatedly(service, victim, new SplittableRandom(seed), acknowledged);
      going.set(false);
      load.join();
      check(service, token, marks, acknowledged);
    }
  }

  /** Waits for progress between kills, so that each hits a system at work. */
  private static void killRepeatedly(
      Service service, String victim, SplittableRandom random, Map<String, Long> acknowledged)
      throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    for (int kill = 0; kill < KILLS; kill++) {
      int before = acknowledged.size();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (acknowledged.size() < before + 5) {
        assertThat(System.nanoTime()).as("progress before kill %d", kill).isLessThan(deadline);
        never.await(5, TimeUnit.MILLISECONDS);
      }
      never.await(random.nextInt(300), TimeUnit.MILLISECONDS);
      ProcessHandle process = ProcessHandle.of(service.pid(victim)).orElseThrow();
      process.destroyForcibly();
      process.onExit().get(10, TimeUnit.SECONDS);
      service.up();
    }
  }

  /** Submits with keys and repeats each until it is answered, as a careful client does. */
  private static void submit(
      Service service,
      String token,
      Path marks,
      Map<String, Long> acknowledged,
      AtomicBoolean going) {
    AtomicInteger number = new AtomicInteger();
    try (Client client = new Client(service.url(), token)) {
      while (going.get()) {
        String key = "kill-" + number.incrementAndGet();
        String script =
            "#!/bin/sh\\necho $SLURM_JOB_ID >> "
                + marks.resolve(key)
                + "\\nsleep 0.0"
                + (number.get() % 10);
        String body =
            "{\"name\":\"" + key + "\",\"memBytes\":1048576,\"script\":\"" + script + "\\n\"}";
        Long id = null;
        while (id == null) {
          id = once(client, body, key);
        }
        acknowledged.put(key, id);
      }
    }
  }

  private static Long once(Client client, String body, String key) {
    try {
      Client.Answer answer = client.post("/api/v1/jobs", body, "Idempotency-Key", key);
      return answer.status() == 201 ? answer.json().path("id").asLong() : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void check(
      Service service, String token, Path marks, Map<String, Long> acknowledged) throws Exception {
    Set<Long> ids = new HashSet<>(acknowledged.values());
    assertThat(ids).as("ids are never reused").hasSameSizeAs(acknowledged.values());
    List<String> wrong = new ArrayList<>();
    try (Client client = new Client(service.url(), token);
        Client finance = new Client(service.url(), service.token("finance1"))) {
      for (Map.Entry<String, Long> each : acknowledged.entrySet()) {
        JsonNode job = client.awaitEnd(each.getValue());
        if (!job.path("state").asText().equals("COMPLETED")) {
          wrong.add(
              each + " ended " + job.path("state").asText() + " " + job.path("detail").asText());
        }
        Path mark = marks.resolve(each.getKey());
        int times = Files.exists(mark) ? Files.readAllLines(mark).size() : 0;
        if (times != 1) {
          wrong.add(each + " ran " + times + " times: " + job);
        }
        checkBilledOnce(finance, each.getValue(), job, wrong);
      }
    }
    System.err.println("KillTest: " + acknowledged.size() + " jobs, " + KILLS + " kills");
    assertThat(wrong).isEmpty();
  }

  private static void checkBilledOnce(Client finance, long id, JsonNode job, List<String> wrong)
      throws Exception {
    Map<String, Long> metered = new TreeMap<>();
    for (JsonNode posting : finance.get("/api/v1/ledger/postings?job=" + id).json().path("items")) {
      if (posting.path("account").asText().startsWith("usage:")) {
        metered.merge("all", Math.abs(posting.path("amount").asLong()), Math::addExact);
      }
    }
    if (!metered.getOrDefault("all", -1L).equals(job.path("coreMs").asLong())) {
      wrong.add(id + " used " + job.path("coreMs") + " and was metered " + metered);
    }
  }

  @Test
  void theLogOfAKilledServerVerifiesAndAFlippedBitIsNamed() throws Exception {
    try (Service service = Service.start(ROOT, "", Map.of())) {
      try (Client client = new Client(service.url(), service.token("researcher1"))) {
        for (int i = 0; i < 20; i++) {
          assertThat(
                  client
                      .post("/api/v1/jobs", "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}")
                      .status())
              .isEqualTo(201);
        }
      }
      ProcessHandle server = ProcessHandle.of(service.pid("server")).orElseThrow();
      server.destroyForcibly();
      server.onExit().get(10, TimeUnit.SECONDS);
      service.script("down");
      assertThat(service.script("log", "verify")).contains("the log is whole");
    }
  }
}
