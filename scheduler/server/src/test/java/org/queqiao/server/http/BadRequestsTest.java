package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rows of the catalogue of bad input that the routes answer, each with its exact answer. */
final class BadRequestsTest {
  private static RunningServer server;

  /** A row: its id in the catalogue, what is sent, and what is answered. */
  record Row(
      String id,
      String account,
      String method,
      String path,
      String body,
      int status,
      String code) {}

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static Row submit(String id, String body, int status, String code) {
    return new Row(id, "researcher2", "POST", "/api/v1/jobs", body, status, code);
  }

  private static Row field(String id, String field, int status, String code) {
    return submit(id, "{\"script\":\"#!/bin/sh\\n\"," + field + "}", status, code);
  }

  private static Row get(String id, String path, int status, String code) {
    return new Row(id, "researcher2", "GET", path, "", status, code);
  }

  static final List<Row> ROWS =
      List.of(
          new Row("R1", "", "GET", "/api/v1/jobs", "", 401, "UNAUTHENTICATED"),
          new Row(
              "R12",
              "manager1",
              "PUT",
              "/api/v1/users/researcher1/roles/ADMINISTRATOR",
              "",
              403,
              "FORBIDDEN"),
          new Row(
              "R12",
              "admin1",
              "PUT",
              "/api/v1/users/researcher1/roles/FINANCE",
              "",
              403,
              "FORBIDDEN"),
          submit("R15", " ".repeat(10_000_000), 413, "TOO_LARGE"),
          submit("R16", "{\"script\":" + "[".repeat(10_000), 400, "MALFORMED"),
          submit(
              "R17", "{\"script\":\"#!/bin/sh\\n\",\"script\":\"#!/bin/sh\\n\"}", 400, "MALFORMED"),
          field("R17", "\"taskz\":1", 400, "MALFORMED"),
          field("R17", "\"tasks\":NaN", 400, "MALFORMED"),
          field("R17", "\"tasks\":Infinity", 400, "MALFORMED"),
          field("R17", "\"memBytes\":1e999", 422, "INVALID"),
          field("R17", "\"memBytes\":1.0", 422, "INVALID"),
          field("R17", "\"memBytes\":-0", 422, "INVALID"),
          field("R17", "\"memBytes\":9223372036854775808", 422, "INVALID"),
          submit("R17", "{\"script\":\"#!/bin/sh\\n\"} {}", 400, "MALFORMED"),
          submit("R17", "[]", 400, "MALFORMED"),
          submit("R17", "{\"script\":\"#!\\ud800\"}", 400, "MALFORMED"),
          field("R18", "\"tasks\":\"2\"", 422, "INVALID"),
          field("R18", "\"hold\":\"yes\"", 422, "INVALID"),
          field("R20", "\"limitMs\":0", 422, "INVALID"),
          field("R20", "\"limitMs\":-1", 422, "INVALID"),
          field("R20", "\"limitMs\":\"INF\"", 422, "INVALID"),
          field("R20", "\"limitMs\":1000000000000000", 422, "INVALID"),
          field("R21", "\"name\":\"" + "a".repeat(1_000_000) + "\"", 422, "INVALID"),
          field("R21", "\"name\":\"\"", 422, "INVALID"),
          field("R21", "\"name\":\"   \"", 422, "INVALID"),
          field("R23", "\"name\":\"a\\rb\"", 422, "INVALID"),
          field("R23", "\"name\":\"a\\u001b[31mb\"", 422, "INVALID"),
          field("R23", "\"name\":\"a\\u0000b\"", 422, "INVALID"),
          field("S12", "\"project\":\"Climate\"", 422, "INVALID"),
          field("S12", "\"project\":\"climat\\u0065\\u0301\"", 422, "INVALID"),
          field("S12", "\"project\":\"\\uff43limate\"", 422, "INVALID"),
          field("S12", "\"partition\":\"BATCH\"", 422, "INVALID"),
          field("R26", "\"partition\":\"batch'; drop table job; --\"", 422, "INVALID"),
          field("R26", "\"project\":\"x' or '1'='1\"", 422, "INVALID"),
          get("R26", "/api/v1/statements?project=climate%27--&period=2026-01", 422, "INVALID"),
          get("R26", "/api/v1/usage?by=user%27&from=0&to=1", 422, "INVALID"),
          get("R27", "/api/v1/jobs?sort=id", 400, "MALFORMED"),
          get("R27", "/api/v1/jobs?filter=a", 400, "MALFORMED"),
          get("R27", "/api/v1/jobs?limit=1000000000", 422, "INVALID"),
          get("R27", "/api/v1/jobs?limit=ten", 422, "INVALID"),
          get("R27", "/api/v1/jobs?cursor=x%27", 400, "MALFORMED"),
          get("R27", "/api/v1/jobs?limit=1&limit=2", 400, "MALFORMED"),
          get("R36", "/api/v1/jobs/..%2f..%2fetc/passwd", 404, "NOT_FOUND"),
          get("R36", "/api/v1/jobs/%00", 400, "MALFORMED"),
          get("R36", "/api/v1/jobs/%252e%252e%252fetc", 400, "MALFORMED"),
          get("R36", "/api/v1/jobs/9223372036854775808", 400, "MALFORMED"),
          get("R36", "/assets/..%2f..%2forg/queqiao/server/Main.class", 404, "NOT_FOUND"),
          get("R48", "/api/v1/jobs?token=secret", 400, "MALFORMED"),
          get("R48", "/api/v1/jobs?access_token=secret", 400, "MALFORMED"),
          submit("S1", "{\"script\":\"echo\"}", 422, "INVALID"),
          submit("S1", "{\"script\":\"#!/bin/sh\\r\\n\"}", 422, "INVALID"),
          submit("S1", "{\"script\":\"\"}", 422, "INVALID"),
          new Row(
              "M12",
              "auditor1",
              "POST",
              "/api/v1/tariffs",
              "{\"priceMicroPerCoreHour\":1,\"currency\":\"CNY\",\"reason\":\"r\"}",
              403,
              "FORBIDDEN"),
          new Row(
              "M12",
              "finance1",
              "POST",
              "/api/v1/nodes/n1/drain",
              "{\"reason\":\"no\"}",
              403,
              "FORBIDDEN"),
          new Row(
              "M12",
              "admin1",
              "POST",
              "/api/v1/wallets/climate/top-ups",
              "{\"amountMicro\":1,\"currency\":\"CNY\",\"reason\":\"r\"}",
              403,
              "FORBIDDEN"),
          new Row("method", "researcher2", "PATCH", "/api/v1/jobs", "{}", 405, "NOT_ALLOWED"),
          get("path", "/api/v1/nothing", 404, "NOT_FOUND"));

  @ParameterizedTest
  @FieldSource("ROWS")
  void isAnsweredAsTheCatalogueSays(Row row) throws Exception {
    HttpResponse<String> answer = server.call(row.account(), row.method(), row.path(), row.body());
    assertThat(answer.statusCode()).as(row.id() + ": " + answer.body()).isEqualTo(row.status());
    assertThat(answer.body()).contains("\"code\":\"" + row.code() + "\"");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).doesNotContain("Exception").doesNotContain("org.queqiao");
  }

  @Test
  void aNameThatLooksLikeMarkupIsStoredAsData() throws Exception {
    String name = "<img src=x onerror=alert(1)>";
    String id =
        server
            .post(
                "researcher1",
                "/api/v1/jobs",
                "{\"script\":\"#!/bin/sh\\n\",\"hold\":true,\"name\":\"" + name + "\"}")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    HttpResponse<String> job = server.get("researcher1", id);
    assertThat(job.body()).contains("\"name\":\"" + name + "\"");
    assertThat(job.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe-inline");
    assertThat(job.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(job.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
  }

  @Test
  void whoAsksIsDecidedByTheTokenAlone() throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs?user=admin1",
            "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}",
            "X-User",
            "admin1");
    assertThat(answer.statusCode()).isEqualTo(201);
    String job = answer.headers().firstValue("Location").orElseThrow();
    assertThat(server.get("researcher1", job).body()).contains("\"user\":\"researcher1\"");
  }

  @Test
  void aFormIsNoJob() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("researcher1", "/api/v1/jobs")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("script=x")));
    assertThat(answer.statusCode()).isEqualTo(415);
  }

  @Test
  void aBodyWithoutEndIsRefusedByItsLength() throws Exception {
    byte[] chunk = new byte[1 << 20];
    HttpResponse<String> answer =
        server.send(
            server
                .request("researcher1", "/api/v1/jobs")
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofByteArrays(
                        java.util.Collections.nCopies(4, chunk))));
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void smugglingAndOverlongHeadersAreRefused() throws Exception {
    assertThat(
            raw(
                "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(1 << 20) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431");
    assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(10_000) + "\r\n"))
        .startsWith("HTTP/1.1 431");
  }

  private static String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
      Thread writer = Thread.startVirtualThread(() -> write(socket, bytes));
      InputStream in = socket.getInputStream();
      String start = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
      writer.join();
      return start;
    }
  }

  /** A server that has refused may close before all is written; what counts is its answer. */
  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (java.io.IOException e) {
      // The answer is read on the other thread.
    }
  }
}
