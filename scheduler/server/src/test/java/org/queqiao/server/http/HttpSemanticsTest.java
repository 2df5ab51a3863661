package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What HTTP itself asks of every answer, and that a refusal says where and what else. */
final class HttpSemanticsTest {
  private static final String SCRIPT = "\"script\":\"#!/bin/sh\\n\"";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  @Test
  void whatCanBeReadCanBeAskedForItsHeadAlone() throws Exception {
    for (String path :
        List.of(
            "/docs",
            "/docs/docs.css",
            "/openapi.json",
            "/health/live",
            "/api/v1/me",
            "/api/v1/nodes")) {
      HttpResponse<String> whole = send("GET", path);
      HttpResponse<String> head = send("HEAD", path);
      assertThat(head.statusCode()).as(path).isEqualTo(200);
      assertThat(head.body()).as(path).isEmpty();
      assertThat(head.headers().firstValue("Content-Type"))
          .as(path)
          .isEqualTo(whole.headers().firstValue("Content-Type"));
    }
  }

  @Test
  void aMethodThatAnAddressDoesNotKnowIsToldThoseThatItKnows() throws Exception {
    assertRefusedWith("PATCH", "/api/v1/jobs", "GET, HEAD, POST");
    assertRefusedWith("PUT", "/api/v1/jobs/1", "DELETE, GET, HEAD, PATCH");
    assertRefusedWith("HEAD", "/api/v1/jobs/1/hold", "POST");
    assertRefusedWith("HEAD", "/api/v1/events", "GET");
    assertRefusedWith("DELETE", "/docs", "GET, HEAD");
  }

  private static void assertRefusedWith(String method, String path, String known) throws Exception {
    HttpResponse<String> answer = send(method, path);
    assertThat(answer.statusCode()).as(path).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).as(path).hasValue(known);
    if (!method.equals("HEAD")) {
      assertThat(answer.body()).contains("it knows " + known);
    }
  }

  @Test
  void anAddressWithNothingBehindItIsNotThere() throws Exception {
    for (String path : List.of("/nothing", "/jobs/1", "/docs/nothing", "/health", "/api")) {
      assertNotThere(send("GET", path));
    }
    assertNotThere(send("PUT", "/api/v1/nothing"));
  }

  private static void assertNotThere(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.uri().toString()).isEqualTo(404);
    assertThat(answer.body()).contains("\"code\":\"NOT_FOUND\"");
  }

  @Test
  void r41AHeadBeyondItsBoundsIsRefusedInTheFormOfEveryRefusal() throws Exception {
    assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431")
        .contains("application/problem+json")
        .contains("\"code\":\"HEADERS_TOO_LARGE\"")
        .contains("16384 bytes");
    assertThat(raw("GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 414 ")
        .contains("application/problem+json")
        .contains("\"code\":\"ADDRESS_TOO_LONG\"")
        .contains("8192 bytes");
  }

  @Test
  void r17JsonThatCannotBeReadIsRefusedWithItsPlaceAndNotRepeated() throws Exception {
    assertThat(submit("{" + SCRIPT + ",\n  \"name\": planted}"))
        .contains("\"status\":400")
        .contains("line 2, column ")
        .doesNotContain("planted");
    assertThat(submit("{" + SCRIPT + "," + SCRIPT + "}"))
        .contains("\"status\":400")
        .contains("the field script is given twice")
        .contains("\"field\":\"script\"");
    assertThat(submit("{" + SCRIPT + ",\"environment\":{\"A\":\"\",\"A\":\"\"}}"))
        .contains("\"status\":400")
        .contains("the field A is given twice")
        .contains("\"field\":\"environment\"");
  }

  @Test
  void r17AnotherNameIsProposedOnlyWhereItIsNear() throws Exception {
    assertThat(submit("{" + SCRIPT + ",\"limitsMs\":1}")).contains("did you mean limitMs?");
    assertThat(submit("{" + SCRIPT + ",\"uid\":0}"))
        .contains("there is no field uid: known are ")
        .doesNotContain("did you mean");
    assertThat(send("GET", "/api/v1/jobs?stat=RUNNING").body()).contains("did you mean state?");
    assertThat(send("GET", "/api/v1/jobs?sort=id").body()).doesNotContain("did you mean");
  }

  @Test
  void r18AWrongValueInATableIsNamedByItsEntry() throws Exception {
    assertThat(submit("{" + SCRIPT + ",\"environment\":{\"GOOD\":\"\",\"WRONG\":1}}"))
        .contains("entry WRONG of environment must be of type string")
        .contains("\"field\":\"environment\"");
    assertThat(submit("{" + SCRIPT + ",\"licences\":{\"x\":9999999999}}"))
        .contains("the count of a licence is 1 to 2147483647, not 9999999999");
  }

  private static String submit(String body) throws Exception {
    return server.post("researcher2", "/api/v1/jobs", body).body();
  }

  private static HttpResponse<String> send(String method, String path) throws Exception {
    return server.send(
        server.request("researcher2", path).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** The whole answer to a request, as it comes over the wire. */
  private static String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
