package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.queqiao.core.state.ClusterState;
import org.queqiao.runtime.loop.InboxFull;
import org.queqiao.server.view.Door;

/** What a request is answered when the scheduler does not answer. */
final class StateQuestionsTest {
  private static final Vertx vertx = Vertx.vertx();
  private static final HttpClient client = HttpClient.newHttpClient();
  private static final AtomicReference<Throwable> planted = new AtomicReference<>();
  private static HttpServer server;

  @Test
  void onlyWhatPassesIsBusyAndAFaultIsAFault() throws Exception {
    for (Throwable passes : new Throwable[] {new InboxFull(), new TimeoutException("late")}) {
      for (Throwable each : new Throwable[] {passes, new CompletionException(passes)}) {
        HttpResponse<String> answer = answer(each, "/plain");
        assertThat(answer.statusCode()).as(each.toString()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer(each, "/otherwise").body()).isEqualTo("without it");
      }
    }
    for (Throwable fault :
        new Throwable[] {
          new IllegalStateException("planted"),
          new CompletionException(new NullPointerException("planted")),
          new CompletionException("planted", null)
        }) {
      for (String path : new String[] {"/plain", "/otherwise"}) {
        HttpResponse<String> answer = answer(fault, path);
        assertThat(answer.statusCode()).as(fault + " " + path).isEqualTo(500);
        assertThat(answer.body()).contains("its log says why").doesNotContain("planted");
      }
    }
  }

  private static HttpResponse<String> answer(Throwable failure, String path) throws Exception {
    planted.set(failure);
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @BeforeAll
  static void start() throws Exception {
    StateQuestions questions = new StateQuestions(failing());
    Router router = Router.router(vertx);
    Guard.errors(router, Contract.load(), 1_000);
    router
        .route("/plain")
        .handler(routing ->
            questions.ask(
                call(routing), ClusterState::timeMs, found -> routing.end(found.toString())));
    router
        .route("/otherwise")
        .handler(routing ->
            questions.ask(
                call(routing),
                ClusterState::timeMs,
                found -> routing.end(found.toString()),
                () -> routing.end("without it")));
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static Call call(RoutingContext routing) {
    return new Call(routing, null, null, Map.of(), Map.of(), "");
  }

  private static Door failing() {
    return new Door(
        _ -> CompletableFuture.failedFuture(planted.get()),
        new Door.Questions() {
          @Override
          public <T> CompletableFuture<T> ask(Function<ClusterState, T> question) {
            return CompletableFuture.failedFuture(planted.get());
          }
        },
        () -> 0,
        null);
  }
}
