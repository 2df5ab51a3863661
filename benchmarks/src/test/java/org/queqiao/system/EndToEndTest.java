package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.queqiao.benchmarks.Service;

/** The thin line: a job goes from a client through every part of the house to a statement line. */
final class EndToEndTest {
  private static final Path ROOT = root();
  private static Service service;
  private static Client researcher;
  private static Client finance;

  static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("queqiao"))) {
      at = at.getParent();
    }
    return at;
  }

  @BeforeAll
  static void start() throws Exception {
    service = Service.start(ROOT, "accounting: {archiveAfterMonths: 24}\n", Map.of());
    researcher = new Client(service.url(), service.token("researcher1"));
    finance = new Client(service.url(), service.token("finance1"));
  }

  @AfterAll
  static void stop() throws Exception {
    researcher.close();
    finance.close();
    service.close();
  }

  @Test
  void aJobRunsAsItsUserIsMeteredToTheMillisecondAndStandsOnTheStatement() throws Exception {
    Client.Answer submitted =
        researcher.post(
            "/api/v1/jobs",
            "{\"name\":\"thin line\",\"script\":\"#!/bin/sh\\nid\\nhostname\\necho made >"
                + " made.txt\\n\"}");
    assertThat(submitted.status()).isEqualTo(201);
    long id = submitted.json().path("id").asLong();
    assertThat(submitted.response().headers().firstValue("Location"))
        .hasValue("/api/v1/jobs/" + id);

    JsonNode job = researcher.awaitEnd(id);
    assertThat(job.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(job.path("exitCode").asInt()).isZero();
    long coreMs =
        job.path("cores").asLong() * (job.path("endMs").asLong() - job.path("startMs").asLong());
    assertThat(job.path("coreMs").asLong()).isEqualTo(coreMs);

    String output = researcher.get("/api/v1/jobs/" + id + "/output").body();
    String unixUser = unixUser();
    assertThat(output).contains("(" + unixUser + ")").contains(hostname());
    Path home = Path.of(homeOf(unixUser));
    assertThat(Files.getOwner(home.resolve("queqiao-" + id + ".out")).getName())
        .isEqualTo(unixUser);
    assertThat(Files.readString(home.resolve("made.txt"))).isEqualTo("made\n");

    assertPostingsBalance(id, coreMs, job.path("chargeMicro").asLong());
    assertOnStatement(job);
  }

  private static void assertPostingsBalance(long id, long coreMs, long chargeMicro)
      throws Exception {
    JsonNode postings = finance.get("/api/v1/ledger/postings?job=" + id).json().path("items");
    assertThat(postings).isNotEmpty();
    Map<String, Long> sums = new HashMap<>();
    long metered = 0;
    long charged = 0;
    for (JsonNode posting : postings) {
      String unit = posting.path("unit").asText();
      boolean money = posting.hasNonNull("amountMicro");
      long amount = posting.path(money ? "amountMicro" : "amount").asLong();
      sums.merge(posting.path("transaction").asText() + " " + unit, amount, Math::addExact);
      assertThat(posting.path("position").asLong()).isPositive();
      if (posting.path("account").asText().startsWith("revenue:")) {
        charged += amount;
      } else if (posting.path("account").asText().startsWith("usage:")) {
        metered += Math.abs(amount);
      }
    }
    assertThat(sums.values()).allMatch(sum -> sum == 0);
    assertThat(Math.abs(charged)).isEqualTo(chargeMicro);
    assertThat(metered).isEqualTo(coreMs);
  }

  private static void assertOnStatement(JsonNode job) throws Exception {
    YearMonth month =
        YearMonth.from(
            Instant.ofEpochMilli(job.path("startMs").asLong()).atZone(ZoneId.of("Asia/Shanghai")));
    String path = "/api/v1/statements?project=" + job.path("project").asText() + "&period=" + month;
    JsonNode statement = finance.await(path, seen -> seen.toString().contains("researcher1"));
    assertThat(statement.toString()).contains("researcher1");
    assertThat(finance.get(path + "&format=csv").body()).contains("researcher1");
  }

  @Test
  void aRepeatedKeyIsTheSameJobAndAnotherBodyIsAConflict() throws Exception {
    String body = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";
    Client.Answer first = researcher.post("/api/v1/jobs", body, "Idempotency-Key", "once");
    Client.Answer again = researcher.post("/api/v1/jobs", body, "Idempotency-Key", "once");
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
    Client.Answer other =
        researcher.post(
            "/api/v1/jobs", body.replace("true\\n", "false\\n"), "Idempotency-Key", "once");
    assertThat(other.status()).isEqualTo(409);
    assertThat(researcher.delete("/api/v1/jobs/" + first.json().path("id").asLong()).status())
        .isBetween(200, 204);
  }

  @Test
  void aRunningJobIsCancelledAndAllItsProcessesAreGone() throws Exception {
    long id =
        researcher
            .post(
                "/api/v1/jobs",
                "{\"script\":\"#!/bin/sh\\nsetsid sleep 987654 &\\nsleep 987654\\n\"}")
            .json()
            .path("id")
            .asLong();
    researcher.await("/api/v1/jobs/" + id, job -> job.path("state").asText().equals("RUNNING"));
    assertThat(researcher.delete("/api/v1/jobs/" + id).status()).isBetween(200, 204);
    JsonNode job = researcher.awaitEnd(id);
    assertThat(job.path("state").asText()).isEqualTo("CANCELLED");
    assertThat(
            ProcessHandle.allProcesses()
                .anyMatch(p -> p.info().commandLine().orElse("").contains("sleep 987654")))
        .isFalse();
  }

  @Test
  void theConsoleShowsAJobFromSubmissionToCharge() throws Exception {
    Path shots = Files.createDirectories(ROOT.resolve("benchmarks/target/screenshots"));
    Path password = Files.createTempFile("queqiao-", ".password");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(password, "correct horse battery staple 鹊桥");
    setPassword("researcher1", password);
    String link = service.script("login", "admin1").strip();
    Process node =
        new ProcessBuilder(
                "node",
                ROOT.resolve("web-ui/tests/e2e/console.mjs").toString(),
                link,
                "researcher1",
                password.toString(),
                shots.toString())
            .inheritIO()
            .start();
    assertThat(node.waitFor(3, TimeUnit.MINUTES)).isTrue();
    Files.delete(password);
    assertThat(node.exitValue()).isZero();
  }

  @Test
  void theServerOwnsTheFolderThatMonthsAreArchivedIn() throws Exception {
    assertThat(Files.getOwner(service.data().resolve("accounting")))
        .isEqualTo(Files.getOwner(service.data().resolve("log")));
  }

  @Test
  void aRefusalOnTheCommandLineIsOneSentenceAndAnExitCode() throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
                ROOT.resolve("queqiao").toString(),
                "token",
                "nobody-here",
                "--data",
                service.data().toString())
            .redirectErrorStream(true);
    command.environment().put("QUEQIAO_BUILT", "yes");
    Process token = command.start();
    String said = new String(token.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(token.waitFor()).isEqualTo(1);
    assertThat(said).isEqualTo("queqiao: NOT_FOUND: there is no account nobody-here (404)\n");
    Path script = Files.createTempFile("queqiao-", ".sh");
    Files.writeString(script, "#!/bin/sh\ntrue\n");
    long id = Long.parseLong(service.script("submit", script.toString()).strip());
    Files.delete(script);
    assertThat(researcher.awaitEnd(id).path("state").asText()).isEqualTo("COMPLETED");
  }

  @Test
  void theShellMovesAMonthIntoFilesAndBringsItBackWhileTheServerRuns() throws Exception {
    service.script("project", "add", "olden", "atmosphere");
    approved(
        "money",
        "price",
        "{\"partition\":\"olden.batch\",\"priceMicroPerCoreHour\":1000000,\"currency\":\"CNY\","
            + "\"validFromMs\":978307200000,\"reason\":\"as it was\"}");
    Path runs = Files.createTempFile("queqiao-", ".sacct");
    Files.writeString(
        runs,
        "JobIDRaw|User|Account|Partition|State|Submit|Start|End|AllocCPUS|CPUTimeRAW\n"
            + "1|liwei|olden|batch|COMPLETED|2001-02-03T10:00:00|2001-02-03T10:00:00|"
            + "2001-02-03T11:00:00|4|14400\n");
    service.script(
        "import",
        "sacct",
        runs.toString(),
        "--cluster",
        "olden",
        "--billed",
        "--zone",
        "Asia/Shanghai",
        "--as",
        "finance1");
    Files.delete(runs);
    approved("month", "close", "2001-02", "all is there");
    approved("month", "paid", "olden", "2001-02", "2026-11-20", "bank 17", "received");
    String days = "/api/v1/reports/usage?by=day,project&from=2001-02&to=2001-02";
    String before = finance.get(days).body();
    assertThat(before).contains("2001-02-03").contains("\"coreMs\":14400000");

    approved("ledger", "archive", "2001-02", "it", "is", "old");
    finance.await("/api/v1/archive", seen -> stateOf(seen).equals("ARCHIVED"));
    assertThat(service.script("ledger", "archive", "--as", "auditor1"))
        .contains("\"reason\":\"it is old\"");
    assertThat(finance.get(days).body()).as("read from the files").isEqualTo(before);
    Path files = service.data().resolve("accounting/archive");
    try (var all = Files.walk(files)) {
      assertThat(all.filter(Files::isRegularFile).map(Path::toString))
          .anyMatch(each -> each.contains("2001-02"));
    }

    assertThat(service.run("ledger", "restore", "2001-03", "an audit"))
        .isEqualTo(new Service.Outcome(1, "month 2001-03 is not archived\n"));
    assertThat(service.script("ledger", "restore", "2001-02", "an audit"))
        .matches("month 2001-02 is back: [1-9][0-9]* rows\n");
    assertThat(finance.get(days).body()).isEqualTo(before);
    assertThat(stateOf(finance.get("/api/v1/archive").json())).isEqualTo("RESTORED");
    assertThat(service.run("ledger", "restore", "2001-02", "an audit").exit()).isEqualTo(1);
    assertThat(service.script("ledger", "verify")).endsWith("the ledger is whole\n");
  }

  private static String stateOf(JsonNode archive) {
    return archive.path("items").path(0).path("state").asText();
  }

  /**
   * One person of finance proposes it from the shell, as soon as the books are there, another
   * approves.
   */
  private static void approved(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(words));
    command.addAll(List.of("--as", "finance1"));
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Service.Outcome outcome = service.run(command.toArray(String[]::new));
    while (outcome.exit() != 0 && System.nanoTime() - untilNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(200);
      outcome = service.run(command.toArray(String[]::new));
    }
    Matcher proposal = Pattern.compile("\"proposal\":(\\d+)").matcher(outcome.out());
    assertThat(proposal.find()).as(outcome.toString()).isTrue();
    service.script("money", "approve", proposal.group(1), "seen", "--as", "finance2");
  }

  private static void setPassword(String account, Path password) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
                ROOT.resolve("queqiao").toString(),
                "account",
                "password",
                account,
                "--data",
                service.data().toString())
            .redirectInput(password.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    command.environment().put("QUEQIAO_BUILT", "yes");
    assertThat(command.start().waitFor()).isZero();
  }

  /** Started by root, the demo has made users of its own and names them here. */
  private static String unixUser() throws IOException {
    Path made = service.data().resolve("host").resolve("demo-users");
    return Files.exists(made)
        ? Files.readString(made).strip().split(" ", 2)[0]
        : System.getProperty("user.name");
  }

  private static String homeOf(String user) throws Exception {
    for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
      List<String> fields = List.of(line.split(":"));
      if (fields.get(0).equals(user)) {
        return fields.get(5);
      }
    }
    throw new IllegalStateException("no such user: " + user);
  }

  private static String hostname() throws Exception {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }
}
