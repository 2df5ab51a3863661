package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
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
    return server.postOnceBooksAreThere(
        who, "/api/v1/months/" + month + "/close", "{\"reason\":\"all is there\"}");
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
    aStatementIsPaidByTwoPeopleOnce();
  }

  /** In the month behind: months are closed in their order. */
  private static void aStatementIsPaidByTwoPeopleOnce() throws Exception {
    long from = Instant.parse("2001-01-01T00:00:00Z").toEpochMilli();
    approve(
        post(
            "/api/v1/tariffs",
            "{\"partition\":\"monthly.batch\",\"priceMicroPerCoreHour\":1000000,\"currency\":\"CNY\",\"validFromMs\":"
                + from
                + ",\"reason\":\"as it was\"}"));
    HttpResponse<String> imported =
        server.send(
            server
                .request(
                    "finance1",
                    "/api/v1/imports/runs?format=sacct&zone=Asia/Shanghai&mode=billed&cluster=monthly")
                .header("Content-Type", "text/plain")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "JobIDRaw|User|Account|Partition|State|Submit|Start|End|AllocCPUS|CPUTimeRAW\n"
                            + "1|liwei|monthly|batch|COMPLETED|2001-02-03T10:00:00|2001-02-03T10:00:00|2001-02-03T11:00:00|4|14400\n")));
    assertThat(imported.statusCode()).as(imported.body()).isEqualTo(200);
    assertThat(JSON.readTree(imported.body()).path("recorded").asInt()).isEqualTo(1);
    approve(close("finance1", "2001-02"));
    String payment = "/api/v1/statements/monthly/2001-02/payment";
    String paid = "{\"paidOn\":\"2026-11-20\",\"reference\":\"bank 17\",\"reason\":\"received\"}";
    whatIsNotAskedForIsNotPaid(payment);
    HttpResponse<String> proposed = post(payment, paid);
    assertThat(post(payment, paid).statusCode()).isEqualTo(409);
    JsonNode closed = statement();
    assertThat(closed.path("state").asText()).isEqualTo("CLOSED");
    assertThat(closed.path("number").asText()).isEqualTo("2001-000001");
    approve(proposed);
    JsonNode settled = statement();
    assertThat(settled.path("state").asText()).isEqualTo("PAID");
    assertThat(settled.path("paidOn").asText()).isEqualTo("2026-11-20");
    assertThat(settled.path("reference").asText()).isEqualTo("bank 17");
    assertThat(numbered("CLOSED")).isEmpty();
    JsonNode listed = numbered("PAID").path(0);
    assertThat(listed.path("number").asText()).isEqualTo("2001-000001");
    assertThat(listed.path("reference").asText()).isEqualTo("bank 17");
    assertThat(listed.path("totals").path(0).path("dueMicro").asLong()).isEqualTo(4_000_000);
    assertThat(server.get("researcher1", "/api/v1/months/2001-02/statements").statusCode())
        .isEqualTo(403);
    assertThat(settled.path("totals").path(0).path("dueMicro").asLong()).isEqualTo(4_000_000);
    HttpResponse<String> twice = post(payment, paid);
    assertThat(twice.statusCode()).isEqualTo(409);
    assertThat(twice.body()).contains("statement 2001-000001 was paid on 2026-11-20 (bank 17)");
    aPaymentGoesBackAndIsMadeAgain(payment, paid);
    aPaidMonthIsArchivedByTwoPeopleOnce();
  }

  private static String amount(String more) {
    return "{\"paidOn\":\"2026-11-20\",\"reference\":\"bank 17\",\"reason\":\"received\","
        + more
        + "}";
  }

  private static void whatIsNotAskedForIsNotPaid(String payment) throws Exception {
    HttpResponse<String> more =
        post(payment, amount("\"amountMicro\":4010000,\"currency\":\"CNY\""));
    assertThat(more.statusCode()).as(more.body()).isEqualTo(422);
    assertThat(more.body())
        .contains("amountMicro")
        .contains("asks for 4.00 CNY, no more and no less, not for 4.01");
    HttpResponse<String> other =
        post(payment, amount("\"amountMicro\":4000000,\"currency\":\"EUR\""));
    assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
    assertThat(other.body()).contains("asks for CNY, not for EUR");
    HttpResponse<String> half = post(payment, amount("\"amountMicro\":4000000"));
    assertThat(half.statusCode()).as(half.body()).isEqualTo(422);
    assertThat(half.body()).contains("amountMicro and currency go together");
    HttpResponse<String> early = post(payment + "/back", amount("").replace(",}", "}"));
    assertThat(early.statusCode()).as(early.body()).isEqualTo(409);
    assertThat(early.body()).contains("the statement of monthly for 2001-02 is not paid");
  }

  private static JsonNode total() throws Exception {
    return statement().path("totals").path(0);
  }

  private static void aPaymentGoesBackAndIsMadeAgain(String payment, String paid) throws Exception {
    assertThat(total().path("paidMicro").asLong()).isEqualTo(4_000_000);
    assertThat(total().path("payableMicro").asLong()).isZero();
    HttpResponse<String> back = post(payment + "/back", paid);
    assertThat(post(payment + "/back", paid).statusCode()).isEqualTo(409);
    approve(back);
    JsonNode open =
        RunningServer.until(
            Duration.ofSeconds(20),
            MonthRestTest::statement,
            seen -> seen.path("state").asText().equals("CLOSED"));
    assertThat(open.path("paidOn").isNull()).isTrue();
    assertThat(open.path("totals").path(0).path("payableMicro").asLong()).isEqualTo(4_000_000);
    approve(post(payment, amount("\"amountMicro\":4000000,\"currency\":\"CNY\"")));
    JsonNode again =
        RunningServer.until(
            Duration.ofSeconds(20),
            MonthRestTest::statement,
            seen -> seen.path("state").asText().equals("PAID"));
    assertThat(again.path("totals").path(0).path("settledMicro").asLong()).isZero();
    JsonNode postings =
        JSON.readTree(server.get("finance1", "/api/v1/wallets/monthly/postings").body())
            .path("items");
    assertThat(postings.findValuesAsText("amountMicro"))
        .startsWith("4000000", "-4000000", "4000000");
    assertThat(postings.path(1).path("transaction").asText()).startsWith("unpaid/");
    walletInPages(postings);
  }

  /** Pages of two are the whole, and so is a file whatever the limit. */
  private static void walletInPages(JsonNode whole) throws Exception {
    String path = "/api/v1/wallets/monthly/postings?limit=2";
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = JSON.readTree(server.get("finance1", path + cursor).body());
      assertThat(page.path("items").size()).isLessThanOrEqualTo(2);
      page.path("items").forEach(each -> ids.add(each.path("id").asText()));
      cursor = page.path("next").isNull() ? "" : "&cursor=" + page.path("next").asText();
    } while (!cursor.isEmpty());
    assertThat(whole.size()).isGreaterThan(2);
    assertThat(ids).isEqualTo(whole.findValuesAsText("id"));
    assertThat(server.get("finance1", path + "&format=csv").body().lines())
        .hasSize(whole.size() + 1);
    assertThat(server.get("finance1", path + "&cursor=s2").statusCode()).isEqualTo(400);
  }

  private static JsonNode numbered(String state) throws Exception {
    String path = "/api/v1/months/2001-02/statements?state=" + state;
    HttpResponse<String> answer = server.get("auditor1", path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("items");
  }

  private static HttpResponse<String> archive(String who, String month) throws Exception {
    return server.postOnceBooksAreThere(
        who, "/api/v1/archive", "{\"month\":\"" + month + "\",\"reason\":\"it is old\"}");
  }

  private static JsonNode archived() throws Exception {
    HttpResponse<String> answer = server.get("auditor1", "/api/v1/archive");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("items").path(0);
  }

  private static void aPaidMonthIsArchivedByTwoPeopleOnce() throws Exception {
    String statement = statement().toString();
    String report = "/api/v1/reports/usage?from=2001-02&to=2001-02&by=";
    HttpResponse<String> byDay = server.get("finance1", report + "day");
    assertThat(byDay.body()).contains("2001-02-03");
    String usage = "/api/v1/usage?by=user&from=981000000000&to=983000000000";
    HttpResponse<String> byTime = server.get("finance1", usage);
    assertThat(byTime.statusCode()).as(byTime.body()).isEqualTo(200);
    HttpResponse<String> byUser = server.get("finance1", report + "user,month");
    HttpResponse<String> proposed = archive("finance1", "2001-02");
    assertThat(proposed.statusCode()).as(proposed.body()).isEqualTo(202);
    HttpResponse<String> waits = archive("finance2", "2001-02");
    assertThat(waits.statusCode()).isEqualTo(409);
    long proposal = JSON.readTree(proposed.body()).path("proposal").asLong();
    assertThat(waits.body()).contains("proposal " + proposal);
    assertThat(decide("finance1", proposal).statusCode()).isEqualTo(403);
    assertThat(decide("finance2", proposal).statusCode()).isEqualTo(204);
    JsonNode month =
        RunningServer.until(
            Duration.ofSeconds(60),
            MonthRestTest::archived,
            seen -> seen.path("state").asText().equals("ARCHIVED"));
    assertThat(month.path("state").asText()).as(month.toString()).isEqualTo("ARCHIVED");
    assertThat(month.path("month").asText()).isEqualTo("2001-02");
    assertThat(month.path("proposal").asLong()).isEqualTo(proposal);
    assertThat(month.path("parts").path(0).path("table").asText()).isEqualTo("segment");
    assertThat(month.path("parts").path(0).path("rows").asLong()).isEqualTo(1);
    assertThat(month.path("steps").path(0).path("by").asText())
        .isEqualTo("USER:finance1 and USER:finance2");
    assertThat(statement()).hasToString(statement);
    assertThat(server.get("finance1", report + "user,month").body()).isEqualTo(byUser.body());
    assertThat(server.get("finance1", report + "day").body()).isEqualTo(byDay.body());
    assertThat(server.get("finance1", usage).body()).isEqualTo(byTime.body());
    assertThat(archive("finance1", "2001-02").body()).contains("month 2001-02 is archived");
    assertThat(archive("finance1", "2001-03").body()).contains("month 2001-03 is not closed");
    String young = YearMonth.now(ZoneOffset.UTC).minusMonths(2).toString();
    assertThat(archive("finance1", young).body()).contains("is not 24 months old");
    assertThat(archive("finance1", "2001-13").statusCode()).isEqualTo(422);
    assertThat(archive("admin1", "2001-02").statusCode()).isEqualTo(403);
    assertThat(server.get("researcher1", "/api/v1/archive").statusCode()).isEqualTo(403);
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return server.postOnceBooksAreThere("finance1", path, body);
  }

  private static void approve(HttpResponse<String> proposed) throws Exception {
    assertThat(proposed.statusCode()).as(proposed.body()).isEqualTo(202);
    long proposal = JSON.readTree(proposed.body()).path("proposal").asLong();
    assertThat(decide("finance2", proposal).statusCode()).isEqualTo(204);
  }

  private static JsonNode statement() throws Exception {
    return JSON.readTree(
        server.get("finance1", "/api/v1/statements?project=monthly&period=2001-02").body());
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
