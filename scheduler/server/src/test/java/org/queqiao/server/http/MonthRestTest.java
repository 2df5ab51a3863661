package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The close of months over REST, on a whole server with its real database. */
final class MonthRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.local("/projects", "project=monthly&domain=atmosphere");
  }

  private static HttpResponse<String> close(String who, String month) throws Exception {
    return server.post(who, "/api/v1/months/" + month + "/close", "{\"reason\":\"all is there\"}");
  }

  private static HttpResponse<String> decide(String who, long proposal) throws Exception {
    return server.post(
        who,
        "/api/v1/proposals/" + proposal + "/decision",
        "{\"approve\":true,\"reason\":\"seen\"}");
  }

  /** Nothing ran in that month, so that no other test has anything in it. */
  @Test
  void aMonthIsClosedByTwoPeopleOnce() throws Exception {
    HttpResponse<String> checked = server.get("finance1", "/api/v1/months/2001-01/check");
    assertThat(JSON.readTree(checked.body()).path("ready").asBoolean()).as(checked.body()).isTrue();
    HttpResponse<String> proposed = close("finance1", "2001-01");
    assertThat(proposed.statusCode()).as(proposed.body()).isEqualTo(202);
    long proposal = JSON.readTree(proposed.body()).path("proposal").asLong();
    assertThat(close("finance2", "2001-01").body()).contains("waits for proposal " + proposal);
    assertThat(decide("finance1", proposal).statusCode()).isEqualTo(403);
    assertThat(decide("finance2", proposal).statusCode()).isEqualTo(204);
    JsonNode month =
        JSON.readTree(server.get("auditor1", "/api/v1/months").body()).path("items").get(0);
    assertThat(month.path("month").asText()).isEqualTo("2001-01");
    assertThat(month.path("state").asText()).isEqualTo("CLOSED");
    assertThat(month.path("sha256").asText()).hasSize(64);
    HttpResponse<String> nothing =
        server.post(
            "finance1",
            "/api/v1/statements/monthly/2001-01/payment",
            "{\"paidOn\":\"2026-11-20\",\"reference\":\"bank 17\",\"reason\":\"received\"}");
    assertThat(nothing.statusCode()).as(nothing.body()).isEqualTo(409);
    assertThat(nothing.body()).contains("there was nothing on it when its month was closed");
    HttpResponse<String> again = close("finance1", "2001-01");
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("was closed by USER:finance2");
  }

  @Test
  void whatCannotBeClosedOrPaidIsRefusedWithTheReason() throws Exception {
    YearMonth now = YearMonth.now(ZoneOffset.UTC).plusMonths(1);
    HttpResponse<String> early = close("finance1", now.toString());
    assertThat(early.statusCode()).isEqualTo(409);
    assertThat(early.body()).contains("cannot be closed: ").contains("and the month ends at ");
    assertThat(close("researcher1", "2001-02").statusCode()).isEqualTo(403);
    // Whether one may is said before anything is read.
    assertThat(close("auditor1", "2001-02").body()).contains("only finance closes months");
    HttpResponse<String> payment =
        server.post(
            "admin1",
            "/api/v1/statements/monthly/2001-02/payment",
            "{\"paidOn\":\"2026-11-20\",\"reference\":\"b\",\"reason\":\"r\"}");
    assertThat(payment.statusCode()).as(payment.body()).isEqualTo(403);
    HttpResponse<String> longReasons =
        server.post(
            "finance1",
            "/api/v1/months/2001-02/close",
            "{\"reason\":\"" + "r".repeat(100) + "\",\"despite\":\"" + "d".repeat(190) + "\"}");
    assertThat(longReasons.statusCode()).isEqualTo(422);
    assertThat(longReasons.body()).contains("despite");
    assertThat(
            JSON.readTree(server.get("auditor1", "/api/v1/months/2001-02/check").body())
                .path("matters")
                .isArray())
        .isTrue();
    assertThat(close("finance1", "2001-13").statusCode()).isEqualTo(400);
    HttpResponse<String> unpaid =
        server.post(
            "finance1",
            "/api/v1/statements/monthly/" + now + "/payment",
            "{\"paidOn\":\"2026-11-20\",\"reference\":\"bank 17\",\"reason\":\"received\"}");
    assertThat(unpaid.statusCode()).as(unpaid.body()).isEqualTo(409);
    assertThat(unpaid.body()).contains("its month is not closed");
    JsonNode draft =
        JSON.readTree(
            server.get("finance1", "/api/v1/statements?project=monthly&period=" + now).body());
    assertThat(draft.path("state").asText()).isEqualTo("DRAFT");
    assertThat(draft.path("number").isNull()).isTrue();
  }
}
