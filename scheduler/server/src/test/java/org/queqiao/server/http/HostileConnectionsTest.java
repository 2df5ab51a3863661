package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Peers that do not speak as clients do: R41 of the catalogue. */
@Timeout(120)
final class HostileConnectionsTest {
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static String post(String headers, String rest) {
    return "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + rest;
  }

  /** What no two readers would read alike, and what no honest client sends. */
  static final List<String> SMUGGLED =
      List.of(
          post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
          post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
          post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"),
          post("Content-Length: 5, 6\r\n", "hello!"),
          post("Content-Length: +5\r\n", "hello"),
          post("Content-Length: -1\r\n", ""),
          post("Content-Length : 5\r\n", "hello"),
          post("Content-Length: 0x5\r\n", "hello"),
          "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
          "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
          "\0\0\0\0\r\n\r\n");

  @ParameterizedTest
  @FieldSource("SMUGGLED")
  void r41WhatTwoReadersCouldReadDifferentlyIsRefusedAndTheConnectionCloses(String request)
      throws Exception {
    String follower = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    String answer = everything(request + follower);
    // Whatever stands behind the refused request must not be taken for a request of its own.
    assertThat(answer.split("HTTP/1\\.1 ", -1)).as(answer).hasSizeLessThanOrEqualTo(2);
    assertThat(answer).doesNotContain("HTTP/1.1 2");
    if (!answer.isEmpty()) {
      assertThat(answer).matches("(?s)HTTP/[0-9.]+ (400|401|501|505).*");
    }
  }

  @Test
  void r41AHeadThatTricklesInIsCutOff() throws Exception {
    byte[] head =
        ("GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(8_000))
            .getBytes(StandardCharsets.US_ASCII);
    long begunNanos = System.nanoTime();
    try (Socket socket = open()) {
      socket.setSoTimeout(50);
      InputStream in = socket.getInputStream();
      boolean closed = false;
      for (int i = 0; i < head.length && !closed; i++) {
        try {
          socket.getOutputStream().write(head[i]);
          closed = in.read() < 0;
        } catch (SocketTimeoutException e) {
          // Nothing was said yet: the next byte.
        } catch (IOException e) {
          closed = true;
        }
      }
      assertThat(closed).isTrue();
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
    assertThat(tookMs).isBetween(RunningServer.HEAD_TIMEOUT_S * 1_000L - 100, 60_000L);
  }

  @Test
  void r41AConnectionThatSaysNothingIsCutOff() throws Exception {
    try (Socket socket = open()) {
      socket.setSoTimeout(60_000);
      assertThat(socket.getInputStream().read()).isNegative();
    }
  }

  @Test
  void anHonestClientMayTakeItsTimeBetweenRequests() throws Exception {
    byte[] request =
        "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = open()) {
      socket.setSoTimeout((RunningServer.HEAD_TIMEOUT_S + 2) * 1_000);
      InputStream in = socket.getInputStream();
      socket.getOutputStream().write(request);
      assertThat(untilBody(in)).startsWith("HTTP/1.1 200");
      boolean quiet = false;
      try {
        in.read();
      } catch (SocketTimeoutException e) {
        quiet = true;
      }
      assertThat(quiet).as("still open after the time that a first request may take").isTrue();
      socket.getOutputStream().write(request);
      assertThat(untilBody(in)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void r41HttpTwoIsNotSpokenSoItsResetsReachNothing() throws Exception {
    String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    String answer = everything(preface);
    assertThat(answer).doesNotContain("\0\0").doesNotContain("HTTP/1.1 2");
    try (Socket socket = open()) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                      + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(untilBody(socket.getInputStream())).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void r40OtherOriginsAreToldNothing() throws Exception {
    for (String origin : List.of("https://evil.example", "null")) {
      var answer = server.send(server.request("researcher1", "/api/v1/jobs", "Origin", origin));
      assertThat(answer.headers().map().keySet())
          .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control"));
    }
    String preflight =
        everything(
            "OPTIONS /api/v1/jobs HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\n"
                + "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n");
    assertThat(preflight).startsWith("HTTP/1.1 4").doesNotContainIgnoringCase("access-control");
  }

  private static Socket open() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  /** All that is answered until the server closes. */
  private static String everything(String request) throws Exception {
    try (Socket socket = open()) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder all = new StringBuilder();
      try {
        for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
          all.append((char) c);
        }
      } catch (SocketTimeoutException e) {
        throw new AssertionError("not closed after: " + all, e);
      }
      return all.toString();
    } catch (java.net.SocketException e) {
      return "";
    }
  }

  private static String untilBody(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      text.append((char) in.read());
    }
    int at = text.indexOf("content-length: ");
    int length = Integer.parseInt(text.substring(at + 16, text.indexOf("\r\n", at)));
    in.readNBytes(length);
    return text.toString();
  }
}
