package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.server.slurm.SlurmSite;

/**
 * Jobs of a real Slurm with memory, devices and a quality of service: the bridge bills them as a
 * file of {@code sacct} does that has the same jobs.
 */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmResourcesTest {
  private static final long PATIENCE_MS = 120_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COLUMNS =
      "JobIDRaw,JobID,JobName,User,UID,Account,Partition,State,Submit,Start,End,AllocCPUS,"
          + "CPUTimeRAW,ElapsedRaw,Suspended,Timelimit,NodeList,ExitCode,QOS,AllocTRES";

  /** In micro-units a second: of a core, a MiB and a device. */
  private static final long CORE = 1_000;

  private static final long MIB = 10;
  private static final long DEVICE = 100_000;

  @TempDir Path folder;

  private RunningServer server;

  @Test
  void areBilledAsByTheFileOfTheSameJobs() throws Exception {
    SlurmSite.need();
    server = RunningServer.alone();
    server.local("/projects", "project=polar&domain=atmosphere");
    server.local("/projects", "project=tides&domain=atmosphere");
    prices(SlurmSite.CLUSTER);
    prices("dump");
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      site.start();
      site.command("sacctmgr", "-i", "add", "qos", "urgent");
      site.command("sacctmgr", "-i", "modify", "account", "polar", "set", "qos+=urgent");
      bridge.enrolment(server.local("/enrolments", "node=slurm1"));
      bridge.start();
      long typed =
          site.submit(
              "sleep 4", "-Apolar", "-n2", "--mem=300", "--gres=gpu:a100:1", "--qos=urgent");
      long untyped = site.submit("sleep 3", "-Apolar", "-N2", "-n4", "--gres=gpu:2");
      long plain = site.submit("sleep 2", "--uid=nobody", "-n1", "--mem=70");
      site.awaitEnd(PATIENCE_MS);
      String dump = dump(site);
      assertThat(billed(SlurmSite.CLUSTER, 3))
          .as(dump + bridge.said())
          .containsEntry(typed, (2 * CORE + 300 * MIB + DEVICE) * ran(dump, typed))
          .containsEntry(untyped, (4 * CORE + 200 * MIB + 4 * DEVICE) * ran(dump, untyped))
          .containsEntry(plain, (CORE + 70 * MIB) * ran(dump, plain));
      imported(dump);
      assertThat(billed("dump", 3)).isEqualTo(billed(SlurmSite.CLUSTER, 3));
      assertThat(usage(SlurmSite.CLUSTER, "qos"))
          .isEqualTo(usage("dump", "qos"))
          .anyMatch(row -> row.contains("\"urgent\""))
          .anyMatch(row -> row.contains("\"normal\""));
      assertThat(usage(SlurmSite.CLUSTER, "resource"))
          .isEqualTo(usage("dump", "resource"))
          .anyMatch(row -> row.contains("\"gpu:a100\""))
          .anyMatch(row -> row.contains("\"mem\""));

      // A quality of service that is deleted does not rename what ran under it.
      site.command("sacctmgr", "-i", "delete", "qos", "urgent");
      bridge.kill();
      bridge.start("--since-ms", "0");
      long last = site.submit("true", "-Apolar", "-n1", "--mem=10");
      site.awaitEnd(PATIENCE_MS);
      assertThat(billed(SlurmSite.CLUSTER, 4)).containsKey(last);
      assertThat(revisions()).as(bridge.said()).containsExactly(1L);
    }
  }

  private void prices(String cluster) throws Exception {
    price(cluster, CORE * 3_600, "");
    price(cluster, MIB * 3_600 * 1_024, ",\"resource\":\"MEMORY\"");
    price(cluster, DEVICE * 3_600, ",\"resource\":\"ACCELERATORS\",\"device\":\"gpu\"");
  }

  private void price(String cluster, long microPerHour, String more) throws Exception {
    server.byTwo(
        "/api/v1/tariffs",
        "{\"partition\":\""
            + cluster
            + ".batch\",\"priceMicroPerCoreHour\":"
            + microPerHour
            + ",\"currency\":\"CNY\",\"reason\":\"as agreed\""
            + more
            + "}");
  }

  private static String dump(SlurmSite site) throws IOException {
    String[] words = {
      "env",
      "-u",
      "SLURM_TIME_FORMAT",
      "TZ=UTC",
      "sacct",
      "-a",
      "-D",
      "-X",
      "-P",
      "-S",
      "now-1day",
      "-o",
      COLUMNS
    };
    return site.command(words);
  }

  /** The seconds that a job ran. */
  private static long ran(String dump, long job) {
    int column = List.of(COLUMNS.split(",")).indexOf("ElapsedRaw");
    return dump.lines()
        .map(line -> line.split("\\|"))
        .filter(cells -> cells[0].equals("" + job))
        .mapToLong(cells -> Long.parseLong(cells[column]))
        .sum();
  }

  private void imported(String dump) throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request(
                    "finance1",
                    "/api/v1/imports/runs?format=sacct&zone=UTC&mode=billed&cluster=dump")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(dump)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode outcome = JSON.readTree(answer.body());
    assertThat(outcome.path("recorded").asInt()).as(answer.body()).isEqualTo(3);
    assertThat(outcome.path("warnings")).isEmpty();
  }

  /** The charge of each job of a cluster, once there are so many. */
  private Map<Long, Long> billed(String cluster, int jobs) throws Exception {
    return RunningServer.until(
        Duration.ofSeconds(60), () -> billed(cluster), found -> found.size() == jobs);
  }

  private Map<Long, Long> billed(String cluster) throws Exception {
    Map<Long, Long> found = new TreeMap<>();
    for (JsonNode each : jobs()) {
      String detail = each.path("detail").asText();
      int at = detail.indexOf(cluster + "/");
      if (at >= 0) {
        String number = detail.substring(at + cluster.length() + 1).split("[^0-9]", 2)[0];
        found.put(Long.parseLong(number), each.path("chargeMicro").asLong());
      }
    }
    return found;
  }

  private List<JsonNode> jobs() throws Exception {
    List<JsonNode> all = new ArrayList<>();
    for (String project : List.of("polar", "tides")) {
      JSON.readTree(server.get("finance1", "/api/v1/jobs?limit=100&project=" + project).body())
          .path("items")
          .forEach(all::add);
    }
    return all;
  }

  /** What the reports say of a cluster, without its name. */
  private List<String> usage(String cluster, String by) throws Exception {
    HttpResponse<String> answer =
        server.get(
            "finance1", "/api/v1/reports/usage?from=2026-01&to=2099-12&by=project,partition," + by);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    List<String> rows = new ArrayList<>();
    for (JsonNode each : JSON.readTree(answer.body()).path("items")) {
      if (each.path("partition").asText().equals(cluster + ".batch")) {
        rows.add(each.toString().replace(cluster + ".", ""));
      }
    }
    return rows;
  }

  /** How often what the bridge told of a run was recorded. */
  private TreeSet<Long> revisions() throws Exception {
    EmbeddedDatabase.Access access =
        new EmbeddedDatabase(server.data().resolve("postgres")).start();
    TreeSet<Long> found = new TreeSet<>();
    try (Connection books =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        PreparedStatement statement =
            books.prepareStatement("select revision from observed_run where cluster = ?")) {
      statement.setString(1, SlurmSite.CLUSTER);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(row.getLong(1));
        }
      }
    }
    return found;
  }
}
