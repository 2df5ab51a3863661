package org.queqiao.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** An account that talks to the server as any client would. */
final class Client implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String url;
  private final String token;

  Client(String url, String token) {
    this.url = url;
    this.token = token;
  }

  /** An answer with its status, and its body as JSON when it is JSON. */
  record Answer(int status, String body, HttpResponse<String> response) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(body, e);
      }
    }
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  Answer delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE());
  }

  /** Posts JSON; headers are name, value, name, value. */
  Answer post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(30));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    return new Answer(response.statusCode(), response.body(), response);
  }

  /**
   * Reads a path until its JSON is as wished; looks again whenever the server tells of an event.
   */
  JsonNode await(String path, Predicate<JsonNode> wish) throws IOException, InterruptedException {
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    HttpResponse<java.io.InputStream> stream =
        http.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/events"))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "text/event-stream")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    Thread reader =
        Thread.startVirtualThread(() -> {
          try (BufferedReader lines =
              new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(events::add);
          } catch (IOException | UncheckedIOException e) {
            events.add("closed");
          }
        });
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      JsonNode last = null;
      while (System.nanoTime() < end) {
        last = get(path).json();
        if (wish.test(last)) {
          return last;
        }
        events.poll(1, TimeUnit.SECONDS);
        events.clear();
      }
      throw new AssertionError("waited in vain at " + path + "; last seen: " + last);
    } finally {
      stream.body().close();
      reader.interrupt();
    }
  }

  /** Waits until a job has ended and its charge is posted. */
  JsonNode awaitEnd(long job) throws IOException, InterruptedException {
    return await(
        "/api/v1/jobs/" + job,
        seen ->
            !seen.path("endMs").isNull()
                && seen.path("endMs").asLong() > 0
                && (seen.path("startMs").isNull() || !seen.path("chargeMicro").isNull()));
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
