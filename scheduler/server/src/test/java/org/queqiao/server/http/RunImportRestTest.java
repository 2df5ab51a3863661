package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Files of runs, on a whole server with its real database. */
final class RunImportRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEAD =
      "JobIDRaw|User|Account|Partition|State|Submit|Start|End|AllocCPUS|CPUTimeRAW\n";
  private static final String SACCT = "format=sacct&zone=Asia/Shanghai&mode=billed&cluster=";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.local("/projects", "project=of-before&domain=atmosphere");
  }

  private static HttpResponse<String> send(String who, String query, String content)
      throws Exception {
    return server.send(
        server
            .request(who, "/api/v1/imports/runs?" + query)
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString(content)));
  }

  private static JsonNode imported(String query, String content) throws Exception {
    HttpResponse<String> answer = send("finance1", query, content);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static String line(int number, int cores, int minutes) {
    return "%d|liwei|of-before|batch|COMPLETED|2026-01-31T23:00:00|2026-01-31T23:30:00"
            .formatted(number)
        + "|2026-02-01T00:%02d:00|%d|%d%n".formatted(minutes, cores, cores * (30 + minutes) * 60);
  }

  private static void counts(JsonNode outcome, int recorded, int known, int quarantined) {
    assertThat(outcome.path("recorded").asInt()).as(outcome.toString()).isEqualTo(recorded);
    assertThat(outcome.path("known").asInt()).isEqualTo(known);
    assertThat(outcome.path("quarantined")).hasSize(quarantined);
    assertThat(outcome.path("lines").asInt())
        .isEqualTo(
            recorded
                + known
                + quarantined
                + outcome.path("repeated").asInt()
                + outcome.path("passedOver").asInt());
  }

  private static void approvePrice(String partition, long fromMs) throws Exception {
    approvePrice(partition, fromMs, 1_000_000, "");
  }

  private static void approvePrice(String partition, long fromMs, long micro, String more)
      throws Exception {
    HttpResponse<String> proposed =
        server.post(
            "finance1",
            "/api/v1/tariffs",
            "{\"partition\":\"%s\",\"priceMicroPerCoreHour\":%d,\"currency\":\"CNY\",\"validFromMs\":%d%s,\"reason\":\"as it was\"}"
                .formatted(partition, micro, fromMs, more));
    assertThat(proposed.statusCode()).as(proposed.body()).isEqualTo(202);
    long number = JSON.readTree(proposed.body()).path("proposal").asLong();
    assertThat(
            server
                .post(
                    "finance2",
                    "/api/v1/proposals/" + number + "/decision",
                    "{\"approve\":true,\"reason\":\"looked at it\"}")
                .statusCode())
        .isEqualTo(204);
  }

  @Test
  void aFileIsBilledInTheMonthsOfItsRunsAndTwiceChangesNothing() throws Exception {
    approvePrice("before.batch", 1_760_000_000_000L);
    String file = HEAD + line(1, 4, 30) + line(2, 2, 0) + line(1, 4, 30) + "3|x\n";
    JsonNode first = imported(SACCT + "before", file);
    counts(first, 2, 0, 1);
    assertThat(first.path("repeated").asInt()).isEqualTo(1);
    assertThat(first.path("quarantined").path(0).path("line").asInt()).isEqualTo(5);
    assertThat(first.path("recordedCoreMs").asLong()).isEqualTo((4 + 1) * 3_600_000L);
    JsonNode again = imported(SACCT + "before", file + line(4, 1, 30));
    counts(again, 1, 2, 1);
    assertThat(again.path("knownCoreMs").asLong()).isEqualTo((4 + 1) * 3_600_000L);
    JsonNode otherwise = imported(SACCT + "before&shift=100", HEAD + line(1, 8, 30));
    counts(otherwise, 0, 0, 1);
    assertThat(otherwise.path("quarantined").path(0).path("line").asInt()).isEqualTo(102);
    JsonNode rows =
        JSON.readTree(
            server
                .get(
                    "finance1",
                    "/api/v1/reports/usage?by=month,project,partition&from=2026-01&to=2026-02")
                .body());
    long coreMs = 0;
    for (JsonNode row : rows.path("items")) {
      if (row.path("partition").asText().equals("before.batch")) {
        coreMs += row.path("coreMs").asLong();
      }
    }
    assertThat(coreMs).as(rows.toString()).isEqualTo(6 * 3_600_000L);
    JsonNode job = theJob("before/1:");
    assertThat(job.path("chargeMicro").asLong()).as(job.toString()).isEqualTo(4_000_000);
    String charges = server.get("finance1", "/api/v1/charges?job=" + job.path("id")).body();
    long chargedMicro = 0;
    for (JsonNode each : JSON.readTree(charges).path("items")) {
      chargedMicro += each.path("chargeMicro").asLong();
    }
    assertThat(chargedMicro).as(charges).isEqualTo(4_000_000);
  }

  /** The books show a run a moment after the log has it. */
  private static JsonNode theJob(String detail) throws Exception {
    String path = "/api/v1/jobs?project=of-before&limit=100";
    JsonNode found =
        RunningServer.until(
            Duration.ofSeconds(30),
            () -> {
              for (JsonNode each :
                  JSON.readTree(server.get("finance1", path).body()).path("items")) {
                if (each.path("detail").asText().contains(detail)) {
                  return each;
                }
              }
              return MissingNode.getInstance();
            },
            each -> !each.isMissingNode());
    assertThat(found.isMissingNode()).as("no job has " + detail).isFalse();
    return found;
  }

  /** 8 cores at 0.01, 4 devices at 6.00 and 64 GiB at 0.0625 an hour, for ten hours. */
  @Test
  void memoryDevicesAndQosOfAFileAreBilledAndReported() throws Exception {
    long fromMs = 1_760_000_000_000L;
    approvePrice("gx.gpu", fromMs, 10_000, "");
    approvePrice("gx.gpu", fromMs, 6_000_000, ",\"resource\":\"ACCELERATORS\",\"device\":\"gpu\"");
    approvePrice("gx.gpu", fromMs, 62_500, ",\"resource\":\"MEMORY\"");
    String head = HEAD.strip() + "|QOS|AllocTRES\n";
    String cells =
        "1|liwei|of-before|gpu|COMPLETED|2026-02-01T00:00:00|2026-02-01T01:00:00"
            + "|2026-02-01T11:00:00|8|288000";
    String tres = "|high|billing=8,cpu=8,gres/gpu:a100=4,gres/gpu=4,mem=64G,node=1\n";
    JsonNode full = imported(SACCT + "gx", head + cells + tres);
    counts(full, 1, 0, 0);
    assertThat(full.path("warnings")).isEmpty();
    JsonNode alone = imported(SACCT + "gx", HEAD + cells.replace("1|liwei", "2|liwei") + "\n");
    counts(alone, 1, 0, 0);
    assertThat(alone.path("warnings").path(0).asText())
        .isEqualTo("no AllocTRES column: cores alone");
    JsonNode job = theJob("gx/1:");
    assertThat(job.path("chargeMicro").asLong()).as(job.toString()).isEqualTo(280_800_000);
    assertThat(theJob("gx/2:").path("chargeMicro").asLong()).isEqualTo(800_000);
    JsonNode byQos = usage("month,qos,partition");
    assertThat(charged(byQos, "qos", "high")).as(byQos.toString()).isEqualTo(280_800_000);
    JsonNode byResource = usage("month,project,resource");
    assertThat(charged(byResource, "resource", "gpu:a100"))
        .as(byResource.toString())
        .isEqualTo(240_000_000);
    assertThat(charged(byResource, "resource", "mem")).isEqualTo(40_000_000);
  }

  private static JsonNode usage(String by) throws Exception {
    String path = "/api/v1/reports/usage?from=2026-02&to=2026-02&by=" + by;
    HttpResponse<String> answer = server.get("finance1", path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("items");
  }

  private static long charged(JsonNode rows, String column, String value) {
    long micro = 0;
    for (JsonNode each : rows) {
      if (each.path(column).asText().equals(value)) {
        micro += each.path("chargeMicro").asLong();
      }
    }
    return micro;
  }

  @Test
  void aWorkloadLogThatIsOnlyShownCostsNothing() throws Exception {
    JsonNode outcome =
        imported(
            "format=swf&mode=shown&cluster=log&project=of-before",
            "; UnixStartTime: 1760000000\n1 0 5 3600 8 -1 -1 8 3600 -1 1 12 -1 -1 1 -1 -1 -1\n");
    counts(outcome, 1, 0, 0);
    assertThat(outcome.path("recordedCoreMs").asLong()).isEqualTo(8 * 3_600_000L);
    JsonNode job = theJob("log/1:");
    assertThat(job.path("chargeMicro").asLong()).isZero();
  }

  @Test
  void aRunOfAProjectThatNobodyMadeIsPutAsideUntilItIsMade() throws Exception {
    String orphan = line(1, 4, 30).replace("of-before", "nobodys");
    JsonNode first = imported(SACCT + "orphans", HEAD + orphan + line(2, 2, 0));
    counts(first, 1, 0, 1);
    JsonNode aside = first.path("quarantined").path(0);
    assertThat(aside.path("line").asInt()).isEqualTo(2);
    assertThat(aside.path("reason").asText())
        .isEqualTo("there is no project nobodys: create it first");
    server.local("/projects", "project=nobodys&domain=atmosphere");
    counts(imported(SACCT + "orphans", HEAD + orphan + line(2, 2, 0)), 1, 1, 0);
    String shown = SACCT.replace("billed", "shown") + "orphans2";
    counts(imported(shown, HEAD + line(1, 4, 30).replace("of-before", "nowhere")), 1, 0, 0);
  }

  @Test
  void whatIsNoFileOfRunsOrComesFromOthersIsRefused() throws Exception {
    assertThat(send("researcher1", SACCT + "c9", HEAD + line(1, 1, 1)).statusCode()).isEqualTo(403);
    assertThat(send("admin1", SACCT + "c9", HEAD + line(1, 1, 1)).statusCode()).isEqualTo(403);
    HttpResponse<String> columns = send("finance1", SACCT + "c9", "JobIDRaw|User\n");
    assertThat(columns.statusCode()).isEqualTo(422);
    assertThat(columns.body()).contains("missing: Account");
    assertThat(send("finance1", "format=sacct&mode=shown&cluster=c9", HEAD).body())
        .contains("name their zone");
    assertThat(send("finance1", "format=sacct&mode=shown&cluster=c9&zone=Mars", HEAD).body())
        .contains("no time zone Mars");
    assertThat(send("finance1", "format=sacct&cluster=c9", HEAD).statusCode()).isEqualTo(400);
    assertThat(send("finance1", "format=tar&mode=shown&cluster=c9", HEAD).statusCode())
        .isEqualTo(422);
  }
}
