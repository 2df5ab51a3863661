package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What two people agreed on, as it stands, on a whole server with its real database. */
final class InForceRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LATER_MS = 4_000_000_000_000L;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static long propose(String path, String fields) throws Exception {
    HttpResponse<String> answer =
        server.post("finance1", path, "{" + fields + ",\"reason\":\"as agreed\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return JSON.readTree(answer.body()).path("proposal").asLong();
  }

  private static void approve(long proposal) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "finance2",
            "/api/v1/proposals/" + proposal + "/decision",
            "{\"approve\":true,\"reason\":\"looked at it\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private static JsonNode get(String who, String path) throws Exception {
    HttpResponse<String> answer = server.get(who, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode word(String who, String path, long proposal) throws Exception {
    for (JsonNode each : get(who, path).path("items")) {
      if (each.path("proposal").asLong() == proposal) {
        return each;
      }
    }
    return JSON.missingNode();
  }

  /** Prices here are for a kind of nodes that no other test has. */
  private static String price(String more) {
    return "\"priceMicroPerCoreHour\":70000,\"currency\":\"CNY\",\"nodeType\":\"shown\"" + more;
  }

  @Test
  void aPriceIsToldWithItsPeopleEndedAndWithdrawn() throws Exception {
    String path = "/api/v1/tariffs";
    long open = propose(path, price(""));
    assertThat(word("finance1", path + "?state=ALL", open).path("state").asText())
        .isEqualTo("PROPOSED");
    assertThat(word("finance1", path, open).isMissingNode()).isTrue();
    assertThat(word("researcher1", path + "?state=ALL", open).isMissingNode()).isTrue();
    approve(open);
    JsonNode now = word("auditor1", path, open);
    assertThat(now.path("state").asText()).isEqualTo("IN_FORCE");
    assertThat(now.path("proposedBy").asText()).isEqualTo("USER:finance1");
    assertThat(now.path("approvedBy").asText()).isEqualTo("USER:finance2");
    assertThat(now.path("nodeType").asText()).isEqualTo("shown");
    JsonNode plain = word("researcher1", path + "?state=IN_FORCE", open);
    assertThat(plain.path("priceMicroPerCoreHour").asLong()).isEqualTo(70_000);
    assertThat(plain.has("proposedBy")).isFalse();

    long planned = propose(path, price(",\"validFromMs\":" + LATER_MS));
    approve(planned);
    assertThat(word("researcher1", path, planned).path("state").asText()).isEqualTo("PLANNED");
    approve(propose(path + "/" + planned + "/end", "\"fromMs\":0"));
    JsonNode withdrawn = word("finance1", path + "?state=WITHDRAWN", planned);
    assertThat(withdrawn.path("validToMs").asLong()).isEqualTo(LATER_MS);
    assertThat(withdrawn.path("ended").path("approvedBy").asText()).isEqualTo("USER:finance2");
    assertThat(
            server
                .post("finance1", path + "/" + planned + "/end", "{\"reason\":\"again\"}")
                .statusCode())
        .isEqualTo(409);

    approve(propose(path + "/" + open + "/end", "\"fromMs\":" + (LATER_MS - 1)));
    assertThat(word("finance1", path, open).path("validToMs").asLong()).isEqualTo(LATER_MS - 1);
    assertThat(word("finance1", path, open).path("state").asText()).isEqualTo("IN_FORCE");
    approve(propose(path + "/" + open + "/end", "\"fromMs\":0"));
    assertThat(word("finance1", path, open).isMissingNode()).isTrue();
    assertThat(word("finance1", path + "?state=ALL", open).path("state").asText())
        .isEqualTo("ENDED");
    HttpResponse<String> none =
        server.post("finance1", path + "/999999999/end", "{\"reason\":\"none\"}");
    assertThat(none.statusCode()).as(none.body()).isEqualTo(404);
    assertThat(
            server
                .post("researcher1", path + "/" + open + "/end", "{\"reason\":\"mine\"}")
                .statusCode())
        .isEqualTo(403);
  }

  /** A page has what counts and what will, with all fields of a price. */
  @Test
  void aPageOfPricesHasOneShape() throws Exception {
    String path = "/api/v1/tariffs";
    long first = propose(path, price(",\"minimumMicro\":5").replace("shown", "shaped"));
    approve(first);
    long second = propose(path, price(",\"minimumMicro\":5").replace("shown", "shaped"));
    approve(second);
    assertThat(word("finance1", path, first).isMissingNode()).isTrue();
    JsonNode replaced = word("finance1", path + "?state=REPLACED", first);
    assertThat(replaced.path("replacedBy").asLong()).isEqualTo(second);
    String golden =
        "{'proposal':%d,'state':'IN_FORCE','kind':'PRICE','partition':null,'qos':null,"
            + "'priceMicroPerCoreHour':70000,'currency':'CNY','validFromMs':%d,'validToMs':0,"
            + "'utcOffsetMinutes':0,'factors':[],'resource':'CORES','device':null,"
            + "'nodeType':'shaped','customerClass':'','blockedShare':false,'whileSuspended':false,"
            + "'tiers':[],'tierPeriod':'MONTH','tierYearStart':null,'minimumMicro':5,"
            + "'replacedBy':null}";
    JsonNode now = word("researcher1", path, second);
    assertThat(now.toString())
        .isEqualTo(golden.formatted(second, now.path("validFromMs").asLong()).replace('\'', '"'));
    for (JsonNode each : get("finance1", path + "?limit=1000").path("items")) {
      assertThat(each.path("state").asText()).isIn("IN_FORCE", "PLANNED");
      assertThat(each.has("partition") && each.has("nodeType")).as(each.toString()).isTrue();
    }
    approve(propose(path + "/" + second + "/end", "\"fromMs\":0"));
    approve(propose(path + "/" + first + "/end", "\"fromMs\":0"));
    assertThat(server.get("finance1", path + "?cursor=nxyz").statusCode()).isEqualTo(400);
  }

  @Test
  void aPriceThatWasWithdrawnAndStatedAgainIsEnded() throws Exception {
    String path = "/api/v1/tariffs";
    String same = price(",\"resource\":\"ACCELERATORS\",\"validFromMs\":" + LATER_MS);
    long withdrawn = propose(path, same);
    approve(withdrawn);
    approve(propose(path + "/" + withdrawn + "/end", "\"fromMs\":0"));
    long again = propose(path, same);
    approve(again);
    approve(propose(path + "/" + again + "/end", "\"fromMs\":" + (LATER_MS + 5)));
    assertThat(word("finance1", path, again).path("validToMs").asLong()).isEqualTo(LATER_MS + 5);
    approve(propose(path + "/" + again + "/end", "\"fromMs\":0"));
    assertThat(word("finance1", path + "?state=WITHDRAWN", again).path("state").asText())
        .isEqualTo("WITHDRAWN");
  }

  @Test
  void aPriceForAClassOfCustomersIsForThoseWhoSeeEverything() throws Exception {
    String path = "/api/v1/tariffs";
    long price = propose(path, price(",\"customerClass\":\"shown-only\""));
    approve(price);
    assertThat(word("researcher1", path, price).isMissingNode()).isTrue();
    assertThat(word("admin1", path, price).path("state").asText()).isEqualTo("IN_FORCE");
  }

  @Test
  void aTaxRateIsAgreedOnByTwoAndStandsOnStatements() throws Exception {
    String path = "/api/v1/tax-rates";
    long rate = propose(path, "\"basisPoints\":600,\"validFromMs\":" + (LATER_MS - 2));
    approve(rate);
    JsonNode planned = word("researcher1", path, rate);
    assertThat(planned.path("state").asText()).isEqualTo("PLANNED");
    assertThat(planned.path("basisPoints").asInt()).isEqualTo(600);
    HttpResponse<String> much =
        server.post("finance1", path, "{\"basisPoints\":10001,\"reason\":\"too much\"}");
    assertThat(much.statusCode()).as(much.body()).isIn(400, 422);
    server.local("/projects", "project=taxed&domain=atmosphere");
    approve(
        propose("/api/v1/wallets/taxed/top-ups", "\"amountMicro\":2500000,\"currency\":\"CNY\""));
    JsonNode before = get("finance1", "/api/v1/statements?project=taxed&period=2026-11");
    assertThat(before.path("taxBasisPoints").isNull()).isTrue();
    JsonNode later = get("finance1", "/api/v1/statements?project=taxed&period=2199-11");
    assertThat(later.path("taxBasisPoints").asInt()).isEqualTo(600);
    assertThat(later.path("taxRounding").asText()).contains("half up");
  }

  @Test
  void pagesOfPricesHaveEachOnceTheNewestFirst() throws Exception {
    for (int i = 0; i < 3; i++) {
      approve(propose("/api/v1/tariffs", price(",\"device\":\"\",\"resource\":\"MEMORY\"")));
    }
    List<String> paged = new ArrayList<>();
    String next = "";
    do {
      JsonNode page = get("finance1", "/api/v1/tariffs?state=ALL&limit=2" + next);
      page.path("items").forEach(each -> paged.add(each.toString()));
      next = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (next != null && paged.size() < 5_000);
    List<String> whole = new ArrayList<>();
    get("finance1", "/api/v1/tariffs?state=ALL&limit=1000")
        .path("items")
        .forEach(each -> whole.add(each.toString()));
    assertThat(paged).isEqualTo(whole).hasSizeGreaterThan(2).doesNotHaveDuplicates();
    long first = JSON.readTree(whole.get(0)).path("proposal").asLong();
    assertThat(first).isGreaterThan(JSON.readTree(whole.get(1)).path("proposal").asLong());
  }

  @Test
  void conversionsRulesTheOrderAndTheClassOfAProjectAreTold() throws Exception {
    String conversions = "/api/v1/conversions";
    long conversion =
        propose(
            conversions,
            "\"nodeType\":\"shown\",\"standardPermille\":1500,\"validFromMs\":" + LATER_MS);
    approve(conversion);
    JsonNode planned = word("researcher1", conversions, conversion);
    assertThat(planned.path("state").asText()).isEqualTo("PLANNED");
    assertThat(planned.path("standardPermille").asInt()).isEqualTo(1_500);
    long rule = propose("/api/v1/refund-rules", "\"cause\":\"PREEMPTED\",\"permille\":300");
    assertThat(
            word("finance1", "/api/v1/refund-rules?state=PROPOSED", rule).path("permille").asInt())
        .isEqualTo(300);
    assertThat(get("researcher1", "/api/v1/refund-rules?state=PROPOSED").path("items")).isEmpty();
    approve(rule);
    assertThat(word("finance1", "/api/v1/refund-rules", rule).path("state").asText())
        .isEqualTo("IN_FORCE");
    String order = "/api/v1/allowance-order";
    long usual = propose(order, "\"kinds\":[\"PACKAGE\",\"GRANT\",\"REWARD\"]");
    approve(usual);
    JsonNode told = word("finance1", order + "?state=IN_FORCE", usual);
    assertThat(told.path("kinds").path(0).asText()).isEqualTo("PACKAGE");
    assertThat(told.path("validFromMs").asLong()).isPositive();

    server.local("/projects", "project=classed&domain=atmosphere");
    String of = "/api/v1/projects/classed/customer-class";
    assertThat(get("finance1", of).path("customerClass").asText()).isEmpty();
    approve(propose(of, "\"customerClass\":\"internal\""));
    assertThat(get("finance1", of).path("customerClass").asText()).isEqualTo("internal");
    assertThat(get("finance1", of).path("contract").isNull()).isTrue();
    approve(
        propose(
            "/api/v1/projects/classed/contracts",
            "\"number\":\"HT-9\",\"customerClass\":\"partner\""));
    assertThat(get("finance1", of).path("customerClass").asText()).isEqualTo("partner");
    assertThat(get("finance1", of).path("contract").asText()).isEqualTo("HT-9");
    assertThat(get("finance1", of).path("items").path(0).path("state").asText())
        .isEqualTo("IN_FORCE");
    assertThat(server.get("researcher1", of).statusCode()).isEqualTo(404);
  }
}
