package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Preemption, asked of a whole server. */
final class PreemptionRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LIMITS = "{\"defaultLimitMs\":60000,\"maxLimitMs\":120000";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> put(String what, String body) throws Exception {
    return server.call("admin1", "PUT", "/api/v1/" + what, body);
  }

  private static void refused(HttpResponse<String> answer, String field) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo(field);
  }

  @Test
  void rulesAreShownAsTheyWereSet() throws Exception {
    String rules = "\"preemptMode\":\"REQUEUE\",\"graceMs\":5000,\"exemptMs\":60000}";
    JsonNode low = ok(put("qos/pushed", "{\"title\":\"Pushed\"," + rules));
    assertThat(low.path("preemptMode").asText()).isEqualTo("REQUEUE");
    assertThat(low.path("graceMs").asInt()).isEqualTo(5000);
    assertThat(low.path("exemptMs").asLong()).isEqualTo(60_000);
    JsonNode made = ok(put("partitions/pushed", LIMITS + ",\"tier\":3," + rules));
    assertThat(made.path("tier").asInt()).isEqualTo(3);
    JsonNode kept = ok(put("partitions/pushed", LIMITS + "}"));
    assertThat(kept).as("what is not named stays").isEqualTo(made);
    JsonNode plain = ok(put("partitions/plain", LIMITS + "}"));
    assertThat(plain.path("tier").asInt()).isEqualTo(1);
    assertThat(plain.path("preemptMode").asText()).isEqualTo("OFF");
  }

  @Test
  void aLeaseIsShownAsItWasSetAndRefusedWhereItIsTooShort() throws Exception {
    JsonNode night = ok(put("qos/night", "{\"title\":\"Night\",\"leaseMs\":600000}"));
    assertThat(night.path("leaseMs").asLong()).isEqualTo(600_000);
    JsonNode none = ok(put("qos/night", "{\"title\":\"Night\"}"));
    assertThat(none.path("leaseMs").asLong()).isZero();
    for (String wrong : new String[] {"59999", "1", "604800001", "-1"}) {
      HttpResponse<String> answer =
          put("qos/night", "{\"title\":\"Night\",\"leaseMs\":" + wrong + "}");
      refused(answer, "leaseMs");
      assertThat(answer.body()).contains(wrong, "604800000");
    }
  }

  @Test
  void wrongRulesAreRefused() throws Exception {
    HttpResponse<String> suspend =
        put("qos/wrong", "{\"title\":\"Wrong\",\"preemptMode\":\"GANG\"}");
    refused(suspend, "preemptMode");
    assertThat(suspend.body()).contains("OFF", "REQUEUE", "CANCEL", "SUSPEND");
    refused(
        put("qos/wrong", "{\"title\":\"Wrong\",\"preemptMode\":\"SUSPEND\",\"graceMs\":1000}"),
        "graceMs");
    JsonNode stops = ok(put("qos/stopped", "{\"title\":\"Stopped\",\"preemptMode\":\"SUSPEND\"}"));
    assertThat(stops.path("preemptMode").asText()).isEqualTo("SUSPEND");
    refused(put("qos/wrong", "{\"title\":\"Wrong\",\"graceMs\":3600001}"), "graceMs");
    refused(put("partitions/wrong", LIMITS + ",\"tier\":0}"), "tier");
    refused(put("partitions/wrong", LIMITS + ",\"exemptMs\":-1}"), "exemptMs");
    ok(put("qos/one", "{\"title\":\"One\"}"));
    ok(put("qos/two", "{\"title\":\"Two\",\"preempts\":[\"one\"]}"));
    refused(put("qos/one", "{\"title\":\"One\",\"preempts\":[\"two\"]}"), "preempts");
  }

  private static long submit(String partition, String script) throws Exception {
    String body =
        "{\"script\":\"#!/bin/sh\\n"
            + script
            + "\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\",\"cpusPerTask\":2,"
            + "\"partition\":\""
            + partition
            + "\"}";
    return ok(server.post("researcher1", "/api/v1/jobs", body)).path("id").asLong();
  }

  @Test
  void aJobOfAHigherTierPushesARunAsideThatEndsPreempted() throws Exception {
    server.node();
    ok(put("partitions/spare", LIMITS + ",\"preemptMode\":\"CANCEL\",\"graceMs\":1000}"));
    ok(put("partitions/vip", LIMITS + ",\"tier\":9}"));
    long low = submit("spare", "sleep 100");
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobStarted") && event.contains("\"job\":" + low + ","));
    long high = submit("vip", "true");
    server.awaitEnd("researcher1", high);
    JsonNode pushed = ok(server.get("researcher1", "/api/v1/jobs/" + low));
    assertThat(pushed.path("state").asText()).isEqualTo("PREEMPTED");
    assertThat(pushed.path("detail").asText()).startsWith("made room for job " + high);
    assertThat(pushed.path("preemptedBy").asLong()).isEqualTo(high);
    HttpResponse<String> text =
        server.send(server.request("researcher1", "/api/v1/jobs/" + low, "Accept", "text/plain"));
    assertThat(text.body())
        .containsPattern("preemptedBy +" + high + "\n")
        .containsPattern("state +PREEMPTED\n")
        .doesNotContain("warningSignal");
    JsonNode ran = ok(server.get("researcher1", "/api/v1/jobs/" + high));
    assertThat(ran.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(ran.path("preemptedBy").isNull()).isTrue();
    JsonNode listed = ok(server.get("researcher1", "/api/v1/jobs?state=PREEMPTED"));
    assertThat(listed.path("items").toString()).contains("\"id\":" + low + ",");
  }
}
