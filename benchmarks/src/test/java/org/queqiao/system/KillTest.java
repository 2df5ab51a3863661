package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.benchmarks.Service;
import org.queqiao.testkit.TestSize;

/** Processes are killed at random moments under load, and nothing that was promised is lost. */
final class KillTest {
  private static final int KILLS =
      Integer.getInteger("queqiao.test.kills", TestSize.ciOrFull(6, 100));
  private static final Path ROOT = root();
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("queqiao"))) {
      at = at.getParent();
    }
    return at;
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  void noAcknowledgedJobIsLostOrRunTwiceOrBilledTwice(String victim) throws Exception {
    long seed = System.nanoTime();
    System.err.println("KillTest of the " + victim + ": " + KILLS + " kills, seed " + seed);
    Path marks = Files.createTempDirectory("queqiao-marks-");
    Files.setPosixFilePermissions(marks, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (Service service = Service.start(ROOT, "", Map.of("QUEQIAO_AGENT_CORES", "8"))) {
      String token = service.token("researcher1");
      List<Long> killsMs;
      SplittableRandom random = new SplittableRandom(seed);
      KillLoad load = KillLoad.start(service.url(), token, marks);
      try {
        killsMs = killRepeatedly(service, victim, random, load);
      } finally {
        load.stop();
      }
      List<String> wrong = check(service, token, load);
      service.script("down");
      KillPhases phases = KillPhases.read(service.script("log", "dump"), killsMs);
      System.err.println(
          "KillTest of the "
              + victim
              + ": "
              + load.acknowledged().size()
              + " jobs, "
              + killsMs.size()
              + " kills; kills that met a job "
              + phases
              + "; "
              + load.told());
      wrong.forEach(each -> System.err.println("  " + each));
      assertThat(wrong).isEmpty();
      checkLog(service, random);
      if (TestSize.isFull()) {
        assertThat(phases.counts()).as("every phase was hit").doesNotContainValue(0);
      }
    } finally {
      remove(marks);
    }
  }

  /** Waits for progress between kills, so that each hits a system at work. */
  private static List<Long> killRepeatedly(
      Service service, String victim, SplittableRandom random, KillLoad load) throws Exception {
    List<Long> killsMs = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      load.awaitProgress(8);
      NEVER.await(random.nextInt(300), TimeUnit.MILLISECONDS);
      ProcessHandle process = ProcessHandle.of(service.pid(victim)).orElseThrow();
      killsMs.add(System.currentTimeMillis());
      assertThat(process.destroyForcibly()).isTrue();
      awaitDeath(process.pid());
      service.up();
      assertThat(service.pid(victim)).as("a new process").isNotEqualTo(process.pid());
    }
    load.awaitProgress(8);
    return killsMs;
  }

  /**
   * Waits until all threads of a killed process are gone: before, it is as if it had not been
   * killed. One that is dead but not reaped yet is gone too.
   */
  private static void awaitDeath(long pid) throws Exception {
    Path stat = Path.of("/proc", Long.toString(pid), "stat");
    for (int look = 0; look < 2_000; look++) {
      try {
        String text = Files.readString(stat);
        if ("ZX".indexOf(text.charAt(text.lastIndexOf(')') + 2)) >= 0) {
          return;
        }
      } catch (IOException gone) {
        return;
      }
      NEVER.await(5, TimeUnit.MILLISECONDS);
    }
    throw new IllegalStateException("process " + pid + " lives after it was killed");
  }

  private static List<String> check(Service service, String token, KillLoad load) throws Exception {
    Map<String, Long> acknowledged = load.acknowledged();
    List<String> wrong = new ArrayList<>();
    Set<Long> ids = new HashSet<>(acknowledged.values());
    if (ids.size() != acknowledged.size()) {
      wrong.add("ids were reused: " + acknowledged);
    }
    try (Client client = new Client(service.url(), token);
        Client finance = new Client(service.url(), service.token("finance1"))) {
      for (Map.Entry<String, Long> each : acknowledged.entrySet()) {
        JsonNode job = ended(client, each.getValue());
        int times = load.runs(each.getKey());
        if (!job.path("state").asText().equals("COMPLETED") || times != 1) {
          wrong.add(each + " ran " + times + " times: " + job);
        }
        checkBilledOnce(finance, each.getValue(), job, wrong);
      }
    }
    return wrong;
  }

  /** Looks first: most have ended long ago, and waiting opens a stream of events each time. */
  private static JsonNode ended(Client client, long id) throws Exception {
    JsonNode seen = client.get("/api/v1/jobs/" + id).json();
    return seen.path("chargeMicro").isNull() ? client.awaitEnd(id) : seen;
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

  private static void remove(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(folder);
  }

  /** The log that all these kills left is whole, and one flipped bit in it is found. */
  private static void checkLog(Service service, SplittableRandom random) throws Exception {
    assertThat(service.script("log", "verify")).contains("the log is whole");
    Path segment = service.data().resolve("log").resolve("segment-0000000001.qlog");
    byte[] bytes = Files.readAllBytes(segment);
    int at = random.nextInt(bytes.length / 2);
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    Files.write(segment, bytes);
    Service.Outcome damaged = service.run("log", "verify");
    assertThat(damaged.exit()).as("bit flipped in byte %d", at).isEqualTo(1);
    assertThat(damaged.out()).contains("DAMAGED").contains("offset");
  }
}
