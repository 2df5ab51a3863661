package org.queqiao.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.server.auth.IdentityFixture.RESEARCHER;
import static org.queqiao.server.auth.IdentityFixture.accepted;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.account.Role;

/** The routes over a real server: exact answers to good and bad requests. */
final class AuthRoutesTest {
  private static final String GOOD_SIGN_IN =
      "{\"user\":\"researcher1\",\"password\":\"correct horse battery\"}";

  @TempDir Path folder;
  private IdentityFixture fixture;
  private Vertx vertx;
  private HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws IOException {
    fixture = new IdentityFixture(folder);
    vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    new AuthRoutes(fixture.identity).mount(router);
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setPort(0).setHost("127.0.0.1"))
            .requestHandler(router)
            .listen()
            .await();
  }

  @AfterEach
  void stop() {
    client.close();
    vertx.close().await();
    fixture.close();
  }

  private String origin() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(origin() + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (body != null && !List.of(headers).contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return StrictJson.read(response.body().getBytes(StandardCharsets.UTF_8), JsonNode.class);
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }

  private void assertProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    JsonNode problem = json(response);
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(problem.get("code").textValue()).isEqualTo(code);
    assertThat(problem.get("detail").textValue()).isNotBlank();
  }

  private HttpResponse<String> signIn() {
    fixture.givePassword();
    HttpResponse<String> response = send("POST", "/api/v1/session", GOOD_SIGN_IN);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response;
  }

  private String bearer() {
    return "Bearer " + json(signIn()).get("accessToken").textValue();
  }

  private static String cookie(HttpResponse<String> signedIn) {
    String header = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
    return header.substring(0, header.indexOf(';'));
  }

  @Test
  void signingInGivesATokenAndACookieThatScriptsCannotRead() {
    HttpResponse<String> response = signIn();
    JsonNode body = json(response);
    assertThat(body.size()).isEqualTo(5);
    assertThat(body.get("user").textValue()).isEqualTo("researcher1");
    assertThat(body.get("tokenType").textValue()).isEqualTo("Bearer");
    assertThat(body.get("expiresMs").longValue()).isEqualTo(fixture.clock.millis() + 900_000);
    assertThat(body.get("sessionExpiresMs").longValue())
        .isEqualTo(fixture.clock.millis() + 12 * 3_600_000);
    assertThat(response.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith("queqiao_session=qs_")
        .contains("; Path=/api/v1/session", "; HTTPOnly", "; SameSite=Strict", "; Max-Age=43200")
        .doesNotContain("Secure", "Domain");
    assertThat(response.headers().firstValue("Referrer-Policy")).contains("no-referrer");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");

    HttpResponse<String> me =
        send(
            "GET",
            "/api/v1/me",
            null,
            "Authorization",
            "Bearer " + body.get("accessToken").textValue());
    assertThat(me.body())
        .isEqualTo(
            "{\"user\":\"researcher1\",\"title\":\"Title of researcher1\","
                + "\"roles\":[\"RESEARCHER\"],"
                + "\"projects\":[{\"name\":\"climate\",\"rank\":\"MEMBER\"}],"
                + "\"defaultProject\":\"climate\",\"how\":\"ACCESS_TOKEN\"}");
  }

  @Test
  void aCodeSignsInOnce() {
    String body = "{\"code\":\"" + fixture.loginCode(RESEARCHER).reveal() + "\"}";
    assertThat(send("POST", "/api/v1/session", body).statusCode()).isEqualTo(200);
    assertProblem(send("POST", "/api/v1/session", body), 401, "UNAUTHENTICATED");
  }

  @Test
  void r1WithoutATokenNothingIsDone() {
    String[][] headers = {
      {},
      {"Authorization", "Bearer"},
      {"Authorization", "Bearer "},
      {"Authorization", "Bearer  x"},
      {"Authorization", "bearer\tx"},
      {"Authorization", "Basic cmVzZWFyY2hlcjE6Y29ycmVjdA=="},
      {"Authorization", "Bearer undefined"},
      {"Authorization", "Bearer qq_0123456789abcdef_" + "A".repeat(43)},
      {"Authorization", "Bearer " + "A".repeat(4000)},
      {"Cookie", "queqiao_session=qs_0123456789abcdef_" + "A".repeat(43)},
      {"X-User", "admin1"},
    };
    for (String[] header : headers) {
      HttpResponse<String> response = send("GET", "/api/v1/me", null, header);
      assertProblem(response, 401, "UNAUTHENTICATED");
      assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
  }

  @Test
  void twoAuthorizationsAreNone() {
    String bearer = bearer();
    assertThat(send("GET", "/api/v1/me", null, "Authorization", bearer).statusCode())
        .isEqualTo(200);
    assertProblem(
        send("GET", "/api/v1/me", null, "Authorization", bearer, "Authorization", bearer),
        401,
        "UNAUTHENTICATED");
  }

  @Test
  void theCookieAloneOpensNothing() {
    String cookie = cookie(signIn());
    assertProblem(
        send("GET", "/api/v1/me", null, "Cookie", cookie, "Origin", origin()),
        401,
        "UNAUTHENTICATED");
    String session = cookie.substring("queqiao_session=".length());
    assertProblem(
        send("GET", "/api/v1/me", null, "Authorization", "Bearer " + session),
        401,
        "UNAUTHENTICATED");
  }

  @Test
  void r10NobodyAsksAsSomebodyElse() {
    String bearer = bearer();
    for (String path : List.of("/api/v1/me?user=admin1", "/api/v1/me?X-User=admin1")) {
      HttpResponse<String> me =
          send(
              "GET",
              path,
              null,
              "Authorization",
              bearer,
              "X-User",
              "admin1",
              "X-Forwarded-User",
              "admin1",
              "X-SLURM-USER-NAME",
              "admin1");
      assertThat(json(me).get("user").textValue()).isEqualTo("researcher1");
      assertThat(json(me).get("roles").toString()).isEqualTo("[\"RESEARCHER\"]");
    }
  }

  @Test
  void aRoleThatIsTakenAwayIsGoneWithTheNextRequest() {
    String bearer = bearer();
    fixture.accounts.set("researcher1", Role.RESEARCHER, Role.AUDITOR);
    assertThat(json(send("GET", "/api/v1/me", null, "Authorization", bearer)).get("roles"))
        .hasToString("[\"RESEARCHER\",\"AUDITOR\"]");
    fixture.accounts.set("researcher1");
    assertThat(json(send("GET", "/api/v1/me", null, "Authorization", bearer)).get("roles"))
        .hasToString("[]");
  }

  @Test
  void r39RenewingNeedsTheCookieAndOurOwnPage() {
    String cookie = cookie(signIn());
    HttpResponse<String> renewed =
        send("POST", "/api/v1/session/refresh", "{}", "Cookie", cookie, "Origin", origin());
    assertThat(renewed.statusCode()).isEqualTo(200);
    assertThat(renewed.headers().firstValue("Set-Cookie")).isEmpty();
    String token = json(renewed).get("accessToken").textValue();
    assertThat(send("GET", "/api/v1/me", null, "Authorization", "Bearer " + token).statusCode())
        .isEqualTo(200);

    String refresh = "/api/v1/session/refresh";
    assertProblem(send("POST", refresh, "{}", "Cookie", cookie), 403, "FORBIDDEN");
    List<String> strangers =
        List.of(
            "null",
            "http://evil.example",
            "https://127.0.0.1:" + server.actualPort(),
            "http://127.0.0.1",
            "http://127.0.0.1:" + server.actualPort() + ".evil.example",
            "http://localhost:" + server.actualPort(),
            origin() + "/");
    for (String stranger : strangers) {
      assertProblem(
          send("POST", refresh, "{}", "Cookie", cookie, "Origin", stranger), 403, "FORBIDDEN");
      assertProblem(
          send("DELETE", "/api/v1/session", null, "Cookie", cookie, "Origin", stranger),
          403,
          "FORBIDDEN");
      assertProblem(
          send("POST", "/api/v1/session", GOOD_SIGN_IN, "Origin", stranger), 403, "FORBIDDEN");
    }
    assertProblem(
        send("POST", refresh, "{}", "Cookie", cookie, "Origin", origin(), "Origin", origin()),
        403,
        "FORBIDDEN");
    assertProblem(send("POST", refresh, "{}", "Origin", origin()), 401, "UNAUTHENTICATED");
    assertProblem(
        send("POST", refresh, "{}", "Cookie", "queqiao_session=x", "Origin", origin()),
        401,
        "UNAUTHENTICATED");
  }

  @Test
  void theAddressOfTheConsoleCountsAsItsOrigin() {
    // Behind a proxy the Host that arrives is not the one that the browser sees.
    HttpResponse<String> renewed =
        send(
            "POST",
            "/api/v1/session/refresh",
            "{}",
            "Cookie",
            cookie(signIn()),
            "Origin",
            "http://127.0.0.1:8080");
    assertThat(renewed.statusCode()).isEqualTo(200);
  }

  @Test
  void signingOutClearsTheCookieAndEndsTheToken() {
    HttpResponse<String> signedIn = signIn();
    String bearer = "Bearer " + json(signedIn).get("accessToken").textValue();
    HttpResponse<String> out =
        send("DELETE", "/api/v1/session", null, "Cookie", cookie(signedIn), "Origin", origin());
    assertThat(out.statusCode()).isEqualTo(204);
    assertThat(out.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith("queqiao_session=;")
        .contains("Max-Age=0");
    assertProblem(send("GET", "/api/v1/me", null, "Authorization", bearer), 401, "UNAUTHENTICATED");
    assertThat(send("DELETE", "/api/v1/session", null).statusCode()).isEqualTo(204);
  }

  @Test
  void signingOutWorksWithTheTokenToo() {
    String bearer = bearer();
    assertThat(send("DELETE", "/api/v1/session", null, "Authorization", bearer).statusCode())
        .isEqualTo(204);
    assertProblem(send("GET", "/api/v1/me", null, "Authorization", bearer), 401, "UNAUTHENTICATED");
  }

  @Test
  void bodiesThatAreNotWhatTheyShouldBeAreRefusedExactly() {
    fixture.givePassword();
    String path = "/api/v1/session";
    assertProblem(
        send("POST", path, GOOD_SIGN_IN, "Content-Type", "text/plain"), 415, "WRONG_TYPE");
    assertProblem(
        send("POST", path, "user=researcher1", "Content-Type", "application/x-www-form-urlencoded"),
        415,
        "WRONG_TYPE");
    List<String> malformed =
        List.of(
            "{",
            "[]",
            "null",
            "\"x\"",
            GOOD_SIGN_IN + GOOD_SIGN_IN,
            "{\"user\":\"researcher1\",\"user\":\"admin1\",\"password\":\"x\"}",
            "{\"user\":\"researcher1\",\"password\":\"x\",\"as\":\"admin1\"}",
            "{\"code\":NaN}",
            "{\"a\":".repeat(10_00) + "1" + "}".repeat(10_00));
    for (String body : malformed) {
      assertProblem(send("POST", path, body), 400, "MALFORMED");
    }
    List<String> invalid =
        List.of(
            "{}",
            "{\"user\":\"researcher1\"}",
            "{\"password\":\"x\"}",
            "{\"user\":\"researcher1\",\"password\":\"x\",\"code\":\"ql_\"}",
            "{\"user\":1,\"password\":\"x\"}",
            "{\"user\":null,\"password\":\"x\"}",
            "{\"user\":{\"name\":\"x\"},\"password\":\"x\"}",
            "{\"code\":true}");
    for (String body : invalid) {
      assertProblem(send("POST", path, body), 422, "INVALID");
    }
    assertProblem(send("POST", path, "{\"code\":\"" + "x".repeat(9000) + "\"}"), 413, "TOO_LARGE");
    assertProblem(
        send("POST", path, "{\"user\":\"researcher1\",\"password\":\"wrong\"}"),
        401,
        "UNAUTHENTICATED");
    assertProblem(send("POST", path, null), 422, "INVALID");
  }

  @Test
  void tooManyFailuresAre429WithRetryAfter() {
    fixture.givePassword();
    String wrong = "{\"user\":\"researcher1\",\"password\":\"wrong horse battery\"}";
    for (int i = 0; i < 10; i++) {
      assertProblem(send("POST", "/api/v1/session", wrong), 401, "UNAUTHENTICATED");
    }
    HttpResponse<String> limited = send("POST", "/api/v1/session", GOOD_SIGN_IN);
    assertProblem(limited, 429, "TOO_MANY");
    assertThat(limited.headers().firstValue("Retry-After")).contains("15");
  }

  @Test
  void keysAreShownOnceAndRevoked() {
    String bearer = bearer();
    HttpResponse<String> made =
        send("POST", "/api/v1/me/api-keys", "{\"name\":\"nightly\"}", "Authorization", bearer);
    assertThat(made.statusCode()).isEqualTo(201);
    String key = json(made).get("key").textValue();
    String id = json(made).get("id").textValue();
    assertThat(made.headers().firstValue("Location")).contains("/api/v1/me/api-keys/" + id);
    assertThat(json(send("GET", "/api/v1/me", null, "Authorization", "Bearer " + key)).get("how"))
        .hasToString("\"API_KEY\"");

    HttpResponse<String> list = send("GET", "/api/v1/me/api-keys", null, "Authorization", bearer);
    assertThat(list.body())
        .isEqualTo(
            "{\"items\":[{\"id\":\"%s\",\"name\":\"nightly\",\"createdMs\":%d,\"expiresMs\":%d,\"origin\":\"API\"}],\"next\":null}"
                .formatted(
                    id, fixture.clock.millis(), fixture.clock.millis() + 90L * 24 * 3_600_000));

    assertProblem(
        send("POST", "/api/v1/me/api-keys", "{\"name\":\"x\"}", "Authorization", "Bearer " + key),
        403,
        "FORBIDDEN");
    assertProblem(
        send(
            "POST",
            "/api/v1/me/api-keys",
            "{\"name\":\"x\",\"lifeMs\":1e3}",
            "Authorization",
            bearer),
        422,
        "INVALID");
    assertProblem(
        send("DELETE", "/api/v1/me/api-keys/0000000000000000", null, "Authorization", bearer),
        404,
        "NOT_FOUND");
    assertThat(
            send("DELETE", "/api/v1/me/api-keys/" + id, null, "Authorization", bearer).statusCode())
        .isEqualTo(204);
    assertProblem(
        send("GET", "/api/v1/me", null, "Authorization", "Bearer " + key), 401, "UNAUTHENTICATED");
  }

  @Test
  void thePasswordIsChanged() {
    String bearer = bearer();
    String path = "/api/v1/me/password";
    assertProblem(
        send(
            "POST",
            path,
            "{\"currentPassword\":\"wrong\",\"newPassword\":\"another long sentence\"}",
            "Authorization",
            bearer),
        403,
        "FORBIDDEN");
    assertProblem(
        send(
            "POST",
            path,
            "{\"currentPassword\":\"correct horse battery\",\"newPassword\":\"short\"}",
            "Authorization",
            bearer),
        422,
        "INVALID");
    assertProblem(send("POST", path, "{}", "Authorization", bearer), 422, "INVALID");
    HttpResponse<String> changed =
        send(
            "POST",
            path,
            "{\"currentPassword\":\"correct horse battery\",\"newPassword\":\"another long sentence\"}",
            "Authorization",
            bearer);
    assertThat(changed.statusCode()).isEqualTo(204);
    assertProblem(send("POST", "/api/v1/session", GOOD_SIGN_IN), 401, "UNAUTHENTICATED");
  }

  @Test
  void r48SecretsInUrlsAreRefused() {
    String bearer = bearer();
    String token = bearer.substring("Bearer ".length());
    Secret key = accepted(fixture.identity.makeLocalToken(RESEARCHER).join());
    List<String> queries =
        List.of(
            "token=x",
            "access_token=" + token,
            "Access_Token=x",
            "api_key=x",
            "password=x",
            "code=x",
            "q=1&password=x",
            "pass%77ord=x",
            "note=" + token,
            "note=" + key.reveal(),
            "note=%71q" + key.reveal().substring(2));
    for (String query : queries) {
      assertProblem(
          send("GET", "/api/v1/me?" + query, null, "Authorization", bearer), 400, "MALFORMED");
      assertProblem(send("POST", "/api/v1/session?" + query, GOOD_SIGN_IN), 400, "MALFORMED");
    }
    assertThat(Authenticator.secretInUrl("note=%zz&from=1&tokens=3&to")).isEmpty();
  }

  @Test
  void r46NoSecretIsLoggedOrAnsweredTwice() throws Exception {
    String canary = "canary-" + "6f1d2c9a7b3e";
    try (CapturedLog log = CapturedLog.open()) {
      accepted(fixture.identity.setPassword(RESEARCHER, Secret.of(canary + "-password")).join());
      HttpResponse<String> in =
          send(
              "POST",
              "/api/v1/session",
              "{\"user\":\"researcher1\",\"password\":\"" + canary + "-password\"}");
      String token = json(in).get("accessToken").textValue();
      String bearer = "Bearer " + token;
      String cookie = cookie(in);
      String key =
          json(send("POST", "/api/v1/me/api-keys", "{\"name\":\"k\"}", "Authorization", bearer))
              .get("key")
              .textValue();
      String code = fixture.loginCode(RESEARCHER).reveal();
      List<String> answers = new ArrayList<>();
      answers.add(send("POST", "/api/v1/session", "{\"password\":\"" + canary + "\"}").body());
      answers.add(send("POST", "/api/v1/session", "{\"" + canary + "\":1}").body());
      answers.add(send("POST", "/api/v1/session", "{" + canary).body());
      answers.add(
          send("POST", "/api/v1/session", "{\"user\":\"x\",\"password\":\"" + canary + "\"}")
              .body());
      answers.add(send("POST", "/api/v1/session", "{\"code\":\"" + code + "x\"}").body());
      answers.add(send("GET", "/api/v1/me", null, "Authorization", bearer + canary).body());
      answers.add(send("GET", "/api/v1/me/api-keys", null, "Authorization", bearer).body());
      answers.add(send("GET", "/api/v1/me", null, "Authorization", bearer).body());
      answers.add(
          send(
                  "POST",
                  "/api/v1/me/password",
                  "{\"currentPassword\":\"" + canary + "\",\"newPassword\":\"" + canary + "!!\"}",
                  "Authorization",
                  bearer)
              .body());
      fixture.restart();
      java.util.logging.Logger.getLogger("test").info("the capture works");
      assertThat(log.lines()).anyMatch(line -> line.contains("the capture works"));
      String all = String.join("\n", log.lines()) + String.join("\n", answers);
      assertThat(all)
          .doesNotContain(
              canary,
              token,
              cookie.substring("queqiao_session=".length()),
              key,
              code,
              TokenText.sha256(Secret.of(key)));
    }
  }

  @Test
  void aClientThatIsGoneBeforeTheAnswerHurtsNobody() throws IOException {
    fixture.givePassword();
    for (int i = 0; i < 5; i++) {
      try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
        String request =
            "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + GOOD_SIGN_IN.length()
                + "\r\n\r\n"
                + GOOD_SIGN_IN;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
      }
    }
    assertThat(send("POST", "/api/v1/session", GOOD_SIGN_IN).statusCode()).isEqualTo(200);
  }

  @Test
  void chunksWithoutEndAreCutOff() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(10_000);
      StringBuilder request =
          new StringBuilder(
              "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n");
      for (int i = 0; i < 10; i++) {
        request.append("400\r\n").append("x".repeat(1024)).append("\r\n");
      }
      socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      byte[] answer = in.readNBytes("HTTP/1.1 413".length());
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }
}
