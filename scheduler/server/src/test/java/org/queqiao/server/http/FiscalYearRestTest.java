package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.queqiao.server.config.ConfigException;

/** Two people change the month with which fiscal years begin, on a whole server. */
final class FiscalYearRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final String PATH = "/api/v1/fiscal-years";

  private final RunningServer server;
  private final int year = LocalDate.now(SHANGHAI).getYear() + 1;

  FiscalYearRestTest() throws Exception {
    server = RunningServer.alone();
  }

  private HttpResponse<String> propose(String path, String body) throws Exception {
    return server.post("finance1", path, body);
  }

  private long proposed(String path, String body) throws Exception {
    HttpResponse<String> answer = propose(path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return JSON.readTree(answer.body()).path("proposal").asLong();
  }

  private int approve(String by, long proposal) throws Exception {
    return server
        .post(
            by,
            "/api/v1/proposals/" + proposal + "/decision",
            "{\"approve\":true,\"reason\":\"looked at it\"}")
        .statusCode();
  }

  private static String body(int start, String month) {
    return "{\"fiscalYearStart\":%d,\"fromMonth\":\"%s\",\"reason\":\"the ministry asks\"}"
        .formatted(start, month);
  }

  private JsonNode words(String who) throws Exception {
    HttpResponse<String> answer = server.get(who, PATH);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("items");
  }

  private String budgetOf(int fiscalYear) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "finance1",
            "/api/v1/budgets",
            """
            {"name":"year-%d","project":"climate","unit":"CORE_TIME","amount":3600000000,
             "fiscalYear":%d,"reason":"share"}\
            """
                .formatted(fiscalYear, fiscalYear));
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    JsonNode budgets =
        JSON.readTree(server.get("finance1", "/api/v1/budgets?project=climate").body());
    for (JsonNode each : budgets.path("items")) {
      if (each.path("name").asText().equals("year-" + fiscalYear)) {
        return each.path("fromMonth").asText() + " to " + each.path("toMonth").asText();
      }
    }
    return budgets.toString();
  }

  private int tierStart(long fromMs) throws Exception {
    long price =
        proposed(
            "/api/v1/tariffs",
            """
            {"priceMicroPerCoreHour":40000,"currency":"CNY","validFromMs":%d,
             "tiers":[{"fromHours":100,"priceMicroPerHour":30000}],"tierPeriod":"FISCAL_YEAR",
             "reason":"volume"}\
            """
                .formatted(fromMs));
    for (JsonNode each :
        JSON.readTree(server.get("finance1", "/api/v1/tariffs?state=PROPOSED").body())
            .path("items")) {
      if (each.path("proposal").asLong() == price) {
        return each.path("tierYearStart").asInt();
      }
    }
    return -1;
  }

  @Test
  void fromALaterMonthOnYearsBeginAsTwoPeopleAgreedAndTheServerStartsWithBoth() throws Exception {
    String now = YearMonth.now(SHANGHAI).toString();
    HttpResponse<String> past = propose(PATH, body(4, now));
    assertThat(past.statusCode()).isEqualTo(422);
    assertThat(past.body()).contains("month " + now + " has begun", "\"fromMonth\"");
    assertThat(server.post("researcher1", PATH, body(4, year + "-04")).statusCode()).isEqualTo(403);
    assertThat(propose(PATH, body(13, year + "-04")).statusCode()).isIn(400, 422);
    assertThat(propose(PATH, body(4, year + "-02")).body()).contains("goes on the month before");

    long proposal = proposed(PATH, body(4, year + "-04"));
    assertThat(approve("finance1", proposal)).isEqualTo(403);
    assertThat(words("researcher1")).isEmpty();
    assertThat(budgetOf(year + 2)).isEqualTo((year + 2) + "-01 to " + (year + 2) + "-12");
    assertThat(approve("finance2", proposal)).isEqualTo(204);

    JsonNode word = words("researcher1").path(0);
    assertThat(word.path("state").asText()).isEqualTo("PLANNED");
    assertThat(word.path("kind").asText()).isEqualTo("FISCAL_YEAR");
    assertThat(word.path("fiscalYearStart").asInt()).isEqualTo(4);
    assertThat(word.path("fromMonth").asText()).isEqualTo(year + "-04");
    long fromMs = LocalDate.of(year, 4, 1).atStartOfDay(SHANGHAI).toInstant().toEpochMilli();
    assertThat(word.path("validFromMs").asLong()).isEqualTo(fromMs);
    assertThat(words("auditor1").path(0).path("approvedBy").asText()).isEqualTo("USER:finance2");

    // The year in which it comes goes on until then.
    assertThat(budgetOf(year)).isEqualTo(year + "-01 to " + (year + 1) + "-03");
    assertThat(budgetOf(year + 1)).isEqualTo((year + 1) + "-04 to " + (year + 2) + "-03");
    assertThat(tierStart(0)).isEqualTo(1);
    assertThat(tierStart(fromMs)).isEqualTo(4);
    assertThat(
            server
                .get(
                    "admin1",
                    "/api/v1/reports/usage?by=fiscalYear&trend=true&from="
                        + year
                        + "-01&to="
                        + year
                        + "-12")
                .body())
        .contains(
            "a trend by fiscalYear is of whole ones, and "
                + year
                + " is from "
                + year
                + "-01 to "
                + (year + 1)
                + "-03");

    for (String configuration : new String[] {"billing: {fiscalYearStart: 4}\n", ""}) {
      server.startAgain(configuration);
      assertThat(words("researcher1")).hasSize(1);
      assertThat(budgetOf(year + 3)).isEqualTo((year + 3) + "-04 to " + (year + 4) + "-03");
    }
    assertThatThrownBy(() -> server.startAgain("billing: {fiscalYearStart: 7}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "with fiscal years from month 1, from " + year + "-04 on from month 4 and in CNY");
    server.startAgain("");
  }
}
