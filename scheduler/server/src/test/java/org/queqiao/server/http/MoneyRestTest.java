package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Prices and money by two people, on a whole server with its real database. */
final class MoneyRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static HttpResponse<String> propose(String who, String path, String fields)
      throws Exception {
    return server.post(who, path, "{" + fields + ",\"reason\":\"as agreed\"}");
  }

  private static long number(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return JSON.readTree(answer.body()).path("proposal").asLong();
  }

  private static int decide(String who, long proposal, boolean approve) throws Exception {
    return server
        .post(
            who,
            "/api/v1/proposals/" + proposal + "/decision",
            "{\"approve\":" + approve + ",\"reason\":\"looked at it\"}")
        .statusCode();
  }

  private static JsonNode get(String who, String path) throws Exception {
    HttpResponse<String> answer = server.get(who, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  @Test
  void coreHoursAreInTheWalletOnceASecondPersonHasApproved() throws Exception {
    server.local("/projects", "project=hours-in-hand&domain=atmosphere");
    String path = "/api/v1/wallets/hours-in-hand";
    long proposal =
        number(
            propose(
                "finance1",
                path + "/allowances",
                "\"kind\":\"PACKAGE\",\"coreMs\":3600000,\"validToMs\":4000000000000"));
    assertThat(get("finance1", path).path("allowances")).isEmpty();
    assertThat(decide("finance1", proposal, true)).isEqualTo(403);
    assertThat(decide("finance2", proposal, true)).isEqualTo(204);
    JsonNode allowance = get("finance1", path).path("allowances").path(0);
    assertThat(allowance.path("id").asLong()).isEqualTo(proposal);
    assertThat(allowance.path("allowanceKind").asText()).isEqualTo("PACKAGE");
    assertThat(allowance.path("leftCoreMs").asLong()).isEqualTo(3_600_000);
    assertThat(allowance.path("heldCoreMs").asLong()).isZero();
    assertThat(allowance.path("validFromMs").asLong()).isPositive();
    assertThat(
            propose(
                    "finance1",
                    "/api/v1/allowance-order",
                    "\"kinds\":[\"GRANT\",\"GRANT\",\"REWARD\"]")
                .statusCode())
        .isEqualTo(422);
    long order =
        number(
            propose(
                "finance1",
                "/api/v1/allowance-order",
                "\"kinds\":[\"PACKAGE\",\"GRANT\",\"REWARD\"]"));
    assertThat(decide("finance2", order, false)).isEqualTo(204);
    assertThat(server.get("researcher1", path).statusCode()).isEqualTo(404);
  }

  @Test
  void aTopUpIsInTheWalletOnceASecondPersonHasApproved() throws Exception {
    server.local("/projects", "project=two-hands&domain=atmosphere");
    long proposal =
        number(
            propose(
                "finance1",
                "/api/v1/wallets/two-hands/top-ups",
                "\"amountMicro\":2500000,\"currency\":\"CNY\""));
    assertThat(get("finance1", "/api/v1/projects/two-hands/balance").path("items")).isEmpty();
    assertThat(decide("finance1", proposal, true)).isEqualTo(403);
    assertThat(decide("researcher1", proposal, true)).isEqualTo(403);
    assertThat(decide("finance2", proposal, true)).isEqualTo(204);
    HttpResponse<String> late =
        server.post(
            "finance1",
            "/api/v1/proposals/" + proposal + "/decision",
            "{\"approve\":true,\"reason\":\"mine\"}");
    assertThat(late.statusCode()).as(late.body()).isEqualTo(409);
    assertThat(late.body())
        .contains("proposal " + proposal + " was approved by USER:finance2 at ")
        .contains("looked at it");
    assertThat(decide("finance2", 999_999_999L, true)).isEqualTo(404);
    JsonNode balance = get("finance1", "/api/v1/projects/two-hands/balance").path("items").path(0);
    assertThat(balance.path("availableMicro").asLong()).isEqualTo(2_500_000);

    String path = "/api/v1/wallets/two-hands";
    JsonNode paid = get("finance1", path + "/postings").path("items");
    assertThat(paid).hasSize(1);
    assertThat(paid.path(0).path("amountMicro").asLong()).isEqualTo(2_500_000);
    String topUp = paid.path(0).path("transaction").asText();
    assertThat(server.get("researcher1", path + "/postings").statusCode()).isEqualTo(404);
    refuses(path + "/corrections", correction("fund/" + proposal), "corrects");
    // What moved money of another project is none of this one.
    server.local("/projects", "project=other-hands&domain=atmosphere");
    refuses("/api/v1/wallets/other-hands/corrections", correction(topUp), "corrects");
    HttpResponse<String> stranger =
        propose("researcher1", path + "/corrections", correction("fund/1"));
    assertThat(stranger.statusCode()).as(stranger.body()).isEqualTo(403);
    long correction = number(propose("finance2", path + "/corrections", correction(topUp)));
    assertThat(decide("finance1", correction, true)).isEqualTo(204);
    balance = get("finance1", "/api/v1/projects/two-hands/balance").path("items").path(0);
    assertThat(balance.path("availableMicro").asLong()).isEqualTo(2_000_000);
    JsonNode first = get("auditor1", "/api/v1/proposals?limit=1").path("items").path(0);
    assertThat(first.path("kind").asText()).isEqualTo("CORRECTION");
    assertThat(first.path("state").asText()).isEqualTo("APPROVED");
    assertThat(first.path("proposedBy").asText()).isEqualTo("USER:finance2");
    assertThat(first.path("decidedBy").asText()).isEqualTo("USER:finance1");
    assertThat(server.get("researcher1", "/api/v1/proposals").statusCode()).isEqualTo(403);
  }

  @Test
  void aPriceAndARefundRuleAreProposedReadAndRejected() throws Exception {
    long price =
        number(
            propose(
                "finance1",
                "/api/v1/tariffs",
                "\"partition\":\"batch\",\"priceMicroPerCoreHour\":80000,\"currency\":\"CNY\","
                    + "\"utcOffsetMinutes\":480,\"factors\":[{\"fromMinute\":0,\"toMinute\":480,"
                    + "\"permille\":500}]"));
    long rule =
        number(
            propose(
                "finance1",
                "/api/v1/refund-rules",
                "\"cause\":\"NODE_FAIL\",\"permille\":1000,\"since\":\"CHECKPOINT\""));
    JsonNode open = get("admin1", "/api/v1/proposals?state=OPEN").path("items");
    assertThat(open.path(0).path("permille").asInt()).isEqualTo(1_000);
    assertThat(open.path(0).path("since").asText()).isEqualTo("CHECKPOINT");
    assertThat(open.path(1).path("proposal").asLong()).isEqualTo(price);
    assertThat(open.path(1).path("factors").path(0).path("permille").asInt()).isEqualTo(500);
    assertThat(open.path(1).path("qos").isNull()).isTrue();
    assertThat(decide("finance1", price, false)).isEqualTo(204);
    assertThat(decide("finance2", rule, false)).isEqualTo(204);
    assertThat(get("admin1", "/api/v1/proposals?state=OPEN").path("items"))
        .noneMatch(each -> each.path("proposal").asLong() >= price);
  }

  @Test
  void aPriceOfADeviceAndAClassOfCustomersAreProposedAndRead() throws Exception {
    server.local("/projects", "project=partners&domain=atmosphere");
    long price =
        number(
            propose(
                "finance1",
                "/api/v1/tariffs",
                "\"priceMicroPerCoreHour\":7000000,\"currency\":\"CNY\",\"resource\":"
                    + "\"ACCELERATORS\",\"device\":\"gpu:a100\",\"nodeType\":\"gpu8\","
                    + "\"customerClass\":\"partner\",\"whileSuspended\":true"));
    JsonNode open = get("admin1", "/api/v1/proposals?state=OPEN").path("items").path(0);
    assertThat(open.path("proposal").asLong()).isEqualTo(price);
    assertThat(open.path("resource").asText()).isEqualTo("ACCELERATORS");
    assertThat(open.path("device").asText()).isEqualTo("gpu:a100");
    assertThat(open.path("nodeType").asText()).isEqualTo("gpu8");
    assertThat(open.path("customerClass").asText()).isEqualTo("partner");
    assertThat(open.path("whileSuspended").asBoolean()).isTrue();
    assertThat(decide("finance1", price, false)).isEqualTo(204);
    long partner =
        number(
            propose(
                "finance1",
                "/api/v1/projects/partners/customer-class",
                "\"customerClass\":\"partner\""));
    JsonNode named = get("admin1", "/api/v1/proposals?state=OPEN").path("items").path(0);
    assertThat(named.path("kind").asText()).isEqualTo("CUSTOMER_CLASS");
    assertThat(named.path("customerClass").asText()).isEqualTo("partner");
    assertThat(decide("finance2", partner, true)).isEqualTo(204);
  }

  @Test
  void aContractIsProposedApprovedAndListed() throws Exception {
    server.local("/projects", "project=alliance&domain=atmosphere");
    String path = "/api/v1/projects/alliance/contracts";
    long contract =
        number(
            propose(
                "finance1",
                path,
                "\"number\":\"HT-2026-017\",\"customerClass\":\"partner\",\"documents\":"
                    + "\"archive 17\""));
    JsonNode open = get("admin1", "/api/v1/proposals?state=OPEN").path("items").path(0);
    assertThat(open.path("kind").asText()).isEqualTo("CONTRACT");
    assertThat(open.path("number").asText()).isEqualTo("HT-2026-017");
    assertThat(get("finance1", path).path("items")).isEmpty();
    assertThat(decide("finance2", contract, true)).isEqualTo(204);
    JsonNode listed = get("finance1", path).path("items");
    assertThat(listed).hasSize(1);
    assertThat(listed.path(0).path("proposal").asLong()).isEqualTo(contract);
    assertThat(listed.path(0).path("holds").asBoolean()).isTrue();
    assertThat(listed.path(0).path("documents").asText()).isEqualTo("archive 17");
    assertThat(listed.path(0).path("approvedBy").asText()).contains("finance2");
    refuses(path, "\"number\":\"HT-2\",\"customerClass\":\"a b\"", "customerClass");
  }

  @Test
  void tiersAMinimumAndAConversionAreProposedAndRead() throws Exception {
    long price =
        number(
            propose(
                "finance1",
                "/api/v1/tariffs",
                "\"priceMicroPerCoreHour\":40000,\"currency\":\"CNY\",\"tierPeriod\":\"YEAR\","
                    + "\"minimumMicro\":9000,\"tiers\":[{\"fromHours\":1000,"
                    + "\"priceMicroPerHour\":30000}]"));
    JsonNode open = get("admin1", "/api/v1/proposals?state=OPEN").path("items").path(0);
    assertThat(open.path("tiers").path(0).path("fromHours").asLong()).isEqualTo(1_000);
    assertThat(open.path("tiers").path(0).path("priceMicroPerHour").asLong()).isEqualTo(30_000);
    assertThat(open.path("tierPeriod").asText()).isEqualTo("YEAR");
    assertThat(open.path("tierYearStart").asInt()).isEqualTo(1);
    assertThat(open.path("minimumMicro").asLong()).isEqualTo(9_000);
    assertThat(decide("finance1", price, false)).isEqualTo(204);
    long conversion =
        number(
            propose(
                "finance1",
                "/api/v1/conversions",
                "\"nodeType\":\"gpu8\",\"resource\":\"ACCELERATORS\",\"standardPermille\":32500"));
    JsonNode table = get("admin1", "/api/v1/proposals?state=OPEN").path("items").path(0);
    assertThat(table.path("kind").asText()).isEqualTo("CONVERSION");
    assertThat(table.path("standardPermille").asLong()).isEqualTo(32_500);
    assertThat(decide("finance2", conversion, true)).isEqualTo(204);
    assertThat(
            get("admin1", "/api/v1/proposals?limit=1").path("items").path(0).path("state").asText())
        .isEqualTo("APPROVED");
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsField() throws Exception {
    refuses("/api/v1/tariffs", "\"priceMicroPerCoreHour\":1,\"currency\":\"USD\"", "currency");
    refuses(
        "/api/v1/tariffs",
        "\"priceMicroPerCoreHour\":1,\"currency\":\"CNY\",\"validFromMs\":1",
        "validFromMs");
    refuses(
        "/api/v1/tariffs",
        "\"partition\":\"btach\",\"priceMicroPerCoreHour\":1,\"currency\":\"CNY\"",
        "partition");
    refuses(
        "/api/v1/tariffs",
        "\"priceMicroPerCoreHour\":1,\"currency\":\"CNY\",\"resource\":\"MEMORY\","
            + "\"device\":\"gpu\"",
        "device");
    refuses("/api/v1/refund-rules", "\"cause\":\"WEATHER\",\"permille\":1", "cause");
    refuses("/api/v1/wallets/nobody/top-ups", "\"amountMicro\":1,\"currency\":\"CNY\"", "project");
  }

  private static String correction(String corrects) {
    return "\"amountMicro\":-500000,\"currency\":\"CNY\",\"corrects\":\"" + corrects + "\"";
  }

  private static void refuses(String path, String fields, String field) throws Exception {
    HttpResponse<String> answer = propose("finance1", path, fields);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(answer.body()).contains(field);
  }
}
