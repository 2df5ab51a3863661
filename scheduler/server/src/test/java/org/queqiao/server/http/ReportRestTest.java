package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reports over months, on a whole server with its real database. */
final class ReportRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static HttpResponse<String> report(String who, String query) throws Exception {
    return report("usage", who, query);
  }

  private static HttpResponse<String> report(String what, String who, String query)
      throws Exception {
    YearMonth now = YearMonth.now(ZoneOffset.UTC);
    return server.get(
        who,
        "/api/v1/reports/"
            + what
            + "?from="
            + now.minusMonths(1)
            + "&to="
            + now.plusMonths(1)
            + query);
  }

  private static long aJobEnds() throws Exception {
    server.local("/projects", "project=reported&domain=atmosphere");
    server.local("/members", "project=reported&user=researcher1");
    return aJobEnds("reported");
  }

  private static long aJobEnds(String project) throws Exception {
    HttpResponse<String> submitted =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\nsleep 0.2\\n\",\"workDir\":\"/tmp\","
                + "\"stdoutPath\":\"/dev/null\",\"limitMs\":60000,\"project\":\""
                + project
                + "\"}");
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
    long job = JSON.readTree(submitted.body()).path("id").asLong();
    server.awaitEnd("researcher1", job);
    return job;
  }

  @Test
  void usageIsSummedByWhatIsAskedForAndForWhomMaySeeIt() throws Exception {
    aJobEnds();
    JsonNode items = JSON.readTree(report("admin1", "&by=project,user").body()).path("items");
    long coreMs = 0;
    for (JsonNode each : items) {
      if (each.path("project").asText().equals("reported")) {
        assertThat(each.path("user").asText()).isEqualTo("researcher1");
        coreMs += each.path("coreMs").asLong();
      }
    }
    assertThat(coreMs).isPositive();
    HttpResponse<String> csv = report("researcher1", "&by=project&format=csv");
    assertThat(csv.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
    assertThat(csv.body())
        .startsWith("project,core_hours,core_ms,charge,currency,standard_core_hours\r\n");
    assertThat(csv.body()).contains("\r\nreported,");
    assertThat(report("researcher2", "&by=project&format=csv").body()).doesNotContain("reported");
    assertThat(report("admin1", "&by=project,day&trend=true&format=csv").body())
        .startsWith(
            "project,day,core_hours,core_ms,charge,currency,standard_core_hours,core_hours_before");
    HttpResponse<String> sheet = report("admin1", "&by=project,platform&format=xlsx&order=charge");
    assertThat(sheet.statusCode()).isEqualTo(200);
    assertThat(sheet.headers().firstValue("Content-Type").orElse("")).endsWith("sheet");
    assertThat(sheet.body()).startsWith("PK");

    JsonNode ended = JSON.readTree(report("ended", "admin1", "&by=project,state").body());
    JsonNode own = null;
    for (JsonNode each : ended.path("items")) {
      own = each.path("project").asText().equals("reported") ? each : own;
    }
    assertThat(own).isNotNull();
    assertThat(own.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(own.path("coreMs").asLong()).isEqualTo(coreMs);
    assertThat(own.path("knownCoreMs").asLong()).isEqualTo(coreMs);
    assertThat(own.path("lostCoreMs").asLong()).isZero();
    assertThat(own.path("unusedLimitCoreMs").asLong()).isPositive();
    assertThat(report("ended", "admin1", "&by=state&format=csv&lang=zh").body()).contains("核时");
    assertThat(report("ended", "researcher2", "&by=project").body()).doesNotContain("reported");
  }

  @Test
  void whenMoneyRunsOutIsForThoseWhoMayLookIntoTheWallet() throws Exception {
    server.local("/projects", "project=burning&domain=atmosphere");
    HttpResponse<String> told =
        server.get("admin1", "/api/v1/reports/burn-down?project=burning&days=7");
    assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
    assertThat(JSON.readTree(told.body()).path("items").isArray()).isTrue();
    assertThat(
            server
                .get("admin1", "/api/v1/reports/burn-down?project=climate&format=csv&lang=zh")
                .body())
        .startsWith("\uFEFF类别,名称,剩余,期间用量,单位,用尽时间 (UTC)\r\n钱包,CNY,")
        .contains(",CNY,");
    HttpResponse<String> sheet =
        server.get("admin1", "/api/v1/reports/burn-down?project=climate&format=xlsx");
    assertThat(sheet.body()).startsWith("PK");
    assertThat(sheet.headers().firstValue("Content-Disposition").orElseThrow())
        .contains("burn-down-climate.xlsx");
    assertThat(server.get("researcher2", "/api/v1/reports/burn-down?project=burning").statusCode())
        .isIn(403, 404);
    assertThat(server.get("admin1", "/api/v1/reports/burn-down?project=nobodys").statusCode())
        .isEqualTo(404);
  }

  private static HttpResponse<String> reconciliation(String who, String query) throws Exception {
    YearMonth now = YearMonth.now(ZoneOffset.UTC);
    return server.get(
        who,
        "/api/v1/reports/reconciliation?from="
            + now.minusMonths(1)
            + "&to="
            + now.plusMonths(1)
            + query);
  }

  @Test
  void theCoreTimeOfEachNodeIsAccountedForToTheMillisecond() throws Exception {
    aJobEnds();
    HttpResponse<String> answer = reconciliation("admin1", "&by=day");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode items = JSON.readTree(answer.body()).path("items");
    assertThat(items).isNotEmpty();
    for (JsonNode each : items) {
      long parts =
          each.path("allocatedCoreMs").asLong()
              + each.path("reservedIdleCoreMs").asLong()
              + each.path("idleCoreMs").asLong()
              + each.path("downCoreMs").asLong();
      assertThat(parts).as(each.toString()).isEqualTo(each.path("capacityCoreMs").asLong());
      assertThat(each.path("problem").isNull()).as(each.toString()).isTrue();
    }
    HttpResponse<String> csv = reconciliation("admin1", "&format=csv");
    assertThat(csv.body())
        .startsWith("period,node,capacity_core_ms,allocated_core_ms,reserved_idle_core_ms,");
    assertThat(reconciliation("admin1", "&format=xlsx").body()).startsWith("PK");
    assertThat(reconciliation("researcher1", "").statusCode()).isEqualTo(403);
    assertThat(reconciliation("researcher1", "&format=xlsx").statusCode()).isEqualTo(403);
    assertThat(reconciliation("admin1", "&by=hour").statusCode()).isEqualTo(422);
    assertThat(
            server
                .get("admin1", "/api/v1/reports/reconciliation?from=2026-12&to=2026-11")
                .statusCode())
        .isEqualTo(422);
  }

  @Test
  void whatIsChargedForASubmissionUnderAQuoteNamesIt() throws Exception {
    String fields =
        "\"script\":\"#!/bin/sh\\nsleep 0.2\\n\",\"workDir\":\"/tmp\","
            + "\"stdoutPath\":\"/dev/null\",\"limitMs\":60000";
    HttpResponse<String> quoted = server.post("researcher1", "/api/v1/quotes", "{" + fields + "}");
    String quote = JSON.readTree(quoted.body()).path("quoteId").asText();
    HttpResponse<String> submitted =
        server.post(
            "researcher1", "/api/v1/jobs", "{" + fields + ",\"quoteId\":\"" + quote + "\"}");
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
    long job = JSON.readTree(submitted.body()).path("id").asLong();
    server.awaitEnd("researcher1", job);
    for (String path : List.of("/api/v1/charges?job=", "/api/v1/ledger/postings?job=")) {
      JsonNode items = JSON.readTree(server.get("researcher1", path + job).body()).path("items");
      assertThat(items).as(path).isNotEmpty();
      for (JsonNode each : items) {
        assertThat(each.path("quoteId").asText()).isEqualTo(quote);
      }
    }
  }

  @Test
  void aLineOfAStatementLeadsToItsRunsAndThoseToTheirPostings() throws Exception {
    long job = aJobEnds();
    String postings = "/api/v1/ledger/postings?run=1&job=" + job;
    HttpResponse<String> first = server.get("researcher1", postings + "&limit=1");
    JsonNode posting = JSON.readTree(first.body()).path("items").get(0);
    JsonNode metered = JSON.readTree(server.get("researcher1", postings).body()).path("items");
    String month = "";
    for (JsonNode each : metered) {
      month = each.path("day").isNull() ? month : each.path("day").asText().substring(0, 7);
    }
    String path = "/api/v1/statements/reported/" + month + "/lines/";
    JsonNode lines =
        JSON.readTree(
                server
                    .get("finance1", "/api/v1/statements?project=reported&period=" + month)
                    .body())
            .path("lines");
    long runsOfJob = 0;
    for (JsonNode line : lines) {
      String runs = path + line.path("id").asLong() + "/runs";
      long micro = 0;
      String cursor = "";
      do {
        HttpResponse<String> answer = server.get("finance1", runs + "?limit=2" + cursor);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode page = JSON.readTree(answer.body());
        for (JsonNode each : page.path("items")) {
          micro += each.path("postedMicro").asLong();
          runsOfJob += each.path("jobId").asLong() == job ? 1 : 0;
        }
        cursor = page.path("next").isNull() ? "" : "&cursor=" + page.path("next").asText();
      } while (!cursor.isEmpty());
      assertThat(micro).isEqualTo(line.path("postedMicro").asLong());
      assertThat(server.get("finance1", runs + "?format=csv&lang=zh").body())
          .startsWith("\uFEFF作业,运行,名称,");
      assertThat(server.get("researcher1", runs).statusCode()).isEqualTo(403);
      assertThat(server.get("finance1", runs + "?cursor=s1").statusCode()).isEqualTo(400);
    }
    assertThat(runsOfJob).isPositive();
    assertThat(server.get("finance1", path + "999999999/runs").statusCode()).isEqualTo(404);
    assertThat(posting.path("project").asText()).isEqualTo("reported");
    assertThat(posting.path("partition").asText()).isNotEmpty();
    assertThat(posting.path("position").asLong()).isPositive();
    String next = "&limit=1&cursor=" + JSON.readTree(first.body()).path("next").asText();
    assertThat(
            JSON.readTree(server.get("researcher1", postings + next).body())
                .path("items")
                .get(0)
                .path("id")
                .asText())
        .isNotEqualTo(posting.path("id").asText());
    assertThat(server.get("researcher1", postings + "&format=csv").body())
        .startsWith("\uFEFFLog position,Time (UTC),Transaction,");
    assertThat(server.get("researcher2", postings + "&format=csv").statusCode()).isEqualTo(404);
  }

  private static HttpResponse<String> whatIf(String who, String prices, String to)
      throws Exception {
    YearMonth now = YearMonth.now(ZoneOffset.UTC);
    return server.post(
        who,
        "/api/v1/reports/what-if-pricing",
        "{\"from\":\"" + now + "\",\"to\":\"" + to + "\",\"prices\":[" + prices + "]}");
  }

  @Test
  void aPastMonthUnderAnotherTariffIsAReportAndNothingIsPosted() throws Exception {
    String next = YearMonth.now(ZoneOffset.UTC).plusMonths(1).toString();
    String price = "{\"priceMicroPerCoreHour\":3600000,\"currency\":\"CNY\"";
    HttpResponse<String> answer = whatIf("auditor1", price + "}", next);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode report = JSON.readTree(answer.body());
    long sum = 0;
    for (JsonNode each : report.path("items")) {
      sum += each.path("whatIfMicro").asLong();
      if (each.path("resource").asText().equals("cores")) {
        // At a micro-unit for each core-millisecond.
        assertThat(each.path("whatIfMicro").asText()).isEqualTo(each.path("quantity").asText());
      }
    }
    assertThat(report.path("whatIfMicro").asLong()).isEqualTo(sum);
    assertThat(whatIf("researcher1", price + "}", next).statusCode()).isEqualTo(403);
    for (String wrong :
        List.of(
            price
                + ",\"tiers\":[{\"fromHours\":2,\"priceMicroPerHour\":1},"
                + "{\"fromHours\":1,\"priceMicroPerHour\":1}]}",
            price + "}," + price.replace("CNY", "EUR") + "}",
            price + ",\"resource\":\"MEMORY\",\"blockedShare\":true}",
            price + ",\"resource\":\"ENERGY\",\"nodeType\":\"fat\"}",
            price + ",\"resource\":\"RESERVED\",\"partition\":\"batch\"}")) {
      assertThat(whatIf("auditor1", wrong, next).statusCode()).as(wrong).isBetween(400, 422);
    }
    assertThat(whatIf("auditor1", price + "}", "2020-01").statusCode()).isEqualTo(422);
    String rich =
        price
            + ",\"nodeType\":\"fat\",\"blockedShare\":true,\"minimumMicro\":5000000},"
            + price.replace("{", "{\"resource\":\"RESERVED\",")
            + "},"
            + price.replace("{", "{\"resource\":\"ENERGY\",")
            + "}";
    assertThat(whatIf("auditor1", rich, next).statusCode()).isEqualTo(200);
    YearMonth now = YearMonth.now(ZoneOffset.UTC);
    String months = "{\"from\":\"" + now.minusMonths(1) + "\",\"to\":\"" + next + "\"}";
    JsonNode same =
        JSON.readTree(server.post("auditor1", "/api/v1/reports/what-if-pricing", months).body());
    assertThat(same.path("items")).isNotEmpty();
    for (JsonNode each : same.path("items")) {
      assertThat(each.path("whatIfMicro")).as(each.toString()).isEqualTo(each.path("chargedMicro"));
    }
    assertThat(
            server
                .post("auditor1", "/api/v1/reports/what-if-pricing?format=csv&lang=zh", months)
                .body())
        .startsWith("\uFEFF项目,分区,资源,节点类型,机时,已收费,测算金额,差额,币种\r\n");
  }

  private static HttpResponse<String> domain(String body) throws Exception {
    return server.post("admin1", "/api/v1/domains", body);
  }

  @Test
  void domainsAreRolledUpAndWhatIsNoLevelOrDomainIsRefused() throws Exception {
    assertThat(domain("{\"code\":\"nature\",\"title\":\"Nature\"}").statusCode()).isEqualTo(201);
    HttpResponse<String> placed =
        domain("{\"code\":\"rivers\",\"title\":\"Rivers\",\"parent\":\"nature\"}");
    assertThat(JSON.readTree(placed.body()).path("parent").asText()).isEqualTo("nature");
    // Renamed without a word about its place.
    HttpResponse<String> renamed = domain("{\"code\":\"rivers\",\"title\":\"Streams\"}");
    assertThat(JSON.readTree(renamed.body()).path("parent").asText()).isEqualTo("nature");
    HttpResponse<String> circle =
        domain("{\"code\":\"nature\",\"title\":\"Nature\",\"parent\":\"rivers\"}");
    assertThat(circle.statusCode()).isEqualTo(422);
    assertThat(circle.body()).contains("no part of itself");
    server.local("/projects", "project=flowing&domain=rivers");
    server.local("/members", "project=flowing&user=researcher1");
    aJobEnds("flowing");
    for (String view : List.of("", "&classified=today")) {
      JsonNode items =
          JSON.readTree(report("admin1", "&by=domain&domainLevel=1&within=nature" + view).body())
              .path("items");
      assertThat(items).hasSize(1);
      assertThat(items.path(0).path("domain").asText()).isEqualTo("rivers");
      JsonNode widest =
          JSON.readTree(report("admin1", "&by=domain,project&domainLevel=1" + view).body());
      assertThat(widest.path("items").findValuesAsText("domain")).contains("nature");
      String ended = "&by=domain,fiscalYear,platform&domainLevel=1&within=nature" + view;
      JsonNode made = JSON.readTree(report("ended", "admin1", ended).body()).path("items");
      assertThat(made).hasSize(1);
      assertThat(made.path(0).path("domain").asText()).isEqualTo("rivers");
      assertThat(made.path(0).path("platform").asText()).isEmpty();
      assertThat(made.path(0).path("runs").asLong()).isEqualTo(1);
    }
    assertThat(report("ended", "admin1", "&by=state&within=nature").body())
        .contains("name domain in by");
    assertThat(report("admin1", "&by=user&domainLevel=1").body()).contains("name domain in by");
    assertThat(report("admin1", "&by=domain&within=rivrs").body()).contains("did you mean rivers?");
    assertThat(report("admin1", "&by=domain&domainLevel=9").statusCode()).isEqualTo(422);
    assertThat(report("admin1", "&by=domain&classified=never").statusCode()).isEqualTo(422);
    assertThat(domain("{\"code\":\"rivers\",\"title\":\"R\",\"parent\":null}").body())
        .contains("\"parent\":null");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    assertThat(report("admin1", "&by=user,user").statusCode()).isEqualTo(422);
    assertThat(report("admin1", "&by=weather").statusCode()).isEqualTo(422);
    assertThat(report("admin1", "&by=nodeType,qos").body()).contains("not by day, qos or domain");
    assertThat(report("admin1", "&by=user&trend=true").body()).contains("name one in by");
    assertThat(report("admin1", "&by=year,fiscalQuarter&trend=true").body())
        .contains("years and fiscal periods cross");
    assertThat(report("admin1", "&by=month,fiscalYear&trend=true").statusCode()).isEqualTo(200);
    assertThat(report("admin1", "&by=fiscalYear&trend=true").body())
        .contains("a trend by fiscalYear is of whole ones");
    assertThat(report("admin1", "&by=fiscalYear,fiscalQuarter&format=csv").body())
        .startsWith("fiscalYear,fiscalQuarter,core_hours");
    assertThat(report("admin1", "&by=year&trend=true").body())
        .contains("a trend by year is of whole ones");
    assertThat(server.get("admin1", "/api/v1/reports/usage?by=day&from=2026-01&to=2026-04").body())
        .contains("at most 3 months, to 2026-03");
    assertThat(
            server
                .get("admin1", "/api/v1/reports/usage?by=user&from=2026-12&to=2026-11")
                .statusCode())
        .isEqualTo(422);
    assertThat(
            server
                .get("admin1", "/api/v1/reports/usage?by=user&from=2026-13&to=2026-11")
                .statusCode())
        .isEqualTo(422);
  }
}
