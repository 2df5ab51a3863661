package org.queqiao.server.auth;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of sign-in and of one's own credentials, as {@code docs/contracts/identity.md} says.
 */
public final class AuthRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(AuthRoutes.class);
  private static final String SESSION = "/api/v1/session";
  private static final String ME = "/api/v1/me";
  private static final String COOKIE = "queqiao_session";
  private static final int MAX_BODY = 8 << 10;
  private static final long MS_PER_S = 1000;

  private final Identity identity;
  private final Origins origins;

  public AuthRoutes(Identity identity) {
    this.identity = identity;
    this.origins = new Origins(identity.settings());
  }

  /** Puts the routes on a router. A body that was read before is used as it is. */
  public void mount(Router router) {
    open(router, HttpMethod.POST, SESSION, this::signIn);
    open(router, HttpMethod.POST, SESSION + "/refresh", this::refresh);
    open(router, HttpMethod.DELETE, SESSION, this::signOut);
    known(router, HttpMethod.GET, ME, this::me);
    known(router, HttpMethod.POST, ME + "/password", this::changePassword);
    known(router, HttpMethod.GET, ME + "/api-keys", this::listKeys);
    known(router, HttpMethod.POST, ME + "/api-keys", this::makeKey);
    known(router, HttpMethod.DELETE, ME + "/api-keys/:id", this::revokeKey);
  }

  private void open(
      Router router, HttpMethod method, String path, Consumer<RoutingContext> handler) {
    route(router, method, path).handler(AuthRoutes::prepare);
    route(router, method, path)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
        .handler(handler::accept)
        .failureHandler(AuthRoutes::failed);
  }

  private static Route route(Router router, HttpMethod method, String path) {
    Route route = router.route(method, path);
    return method == HttpMethod.GET ? route.method(HttpMethod.HEAD) : route;
  }

  private void known(
      Router router,
      HttpMethod method,
      String path,
      BiConsumer<RoutingContext, Principal> handler) {
    open(
        router,
        method,
        path,
        context -> {
          switch (identity.authenticator().authenticate(context.request())) {
            case Authentication.Known(Principal principal) -> handler.accept(context, principal);
            case Authentication.Refused(Refusal refusal) ->
                ProblemJson.send(context.response(), refusal);
          }
        });
  }

  private static void prepare(RoutingContext context) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    context.response().putHeader("Referrer-Policy", "no-referrer");
    Optional<Refusal> leaked = Authenticator.secretInUrl(context.request().query());
    if (leaked.isPresent()) {
      ProblemJson.send(context.response(), leaked.get());
    } else {
      context.next();
    }
  }

  private static void failed(RoutingContext context) {
    if (context.statusCode() == Refusal.Code.TOO_LARGE.status()) {
      ProblemJson.send(
          context.response(),
          Refusal.of(
              Refusal.Code.TOO_LARGE, "the body must not be larger than " + MAX_BODY + " bytes"));
    } else {
      context.next();
    }
  }

  private void signIn(RoutingContext context) {
    if (origins.isForeign(context.request())) {
      refuse(context, foreign());
      return;
    }
    String address = Origins.address(context.request());
    withBody(
        context,
        body -> {
          Optional<String> user = body.text("user");
          Optional<Secret> password = body.secret("password");
          Optional<Secret> code = body.secret("code");
          if (code.isPresent() && user.isEmpty() && password.isEmpty()) {
            send(context, identity.signIn(code.get(), address), in -> sendSession(context, in));
          } else if (code.isEmpty() && user.isPresent() && password.isPresent()) {
            send(
                context,
                identity.signIn(user.get(), password.get(), address),
                in -> sendSession(context, in));
          } else {
            refuse(
                context,
                Refusal.of(Refusal.Code.INVALID, "send either user and password, or a code"));
          }
        },
        RequestBody.Field.text("user"),
        RequestBody.Field.text("password"),
        RequestBody.Field.text("code"));
  }

  private static Refusal foreign() {
    return Refusal.of(Refusal.Code.FORBIDDEN, "this request must come from a page of this console");
  }

  private void sendSession(RoutingContext context, SignedIn signedIn) {
    signedIn
        .session()
        .ifPresent(text ->
            context
                .response()
                .addCookie(
                    cookie(text.reveal())
                        .setMaxAge(identity.settings().sessionLifeMs() / MS_PER_S)));
    ObjectNode body = StrictJson.MAPPER.createObjectNode();
    body.put("accessToken", signedIn.accessToken().reveal());
    body.put("tokenType", "Bearer");
    body.put("expiresMs", signedIn.expiresMs());
    body.put("user", signedIn.user().value());
    body.put("sessionExpiresMs", signedIn.sessionExpiresMs());
    json(context, 200, body);
  }

  private Cookie cookie(String value) {
    return Cookie.cookie(COOKIE, value)
        .setPath(SESSION)
        .setHttpOnly(true)
        .setSecure(identity.settings().secure())
        .setSameSite(CookieSameSite.STRICT);
  }

  private void refresh(RoutingContext context) {
    if (!origins.isOurs(context.request())) {
      refuse(context, foreign());
      return;
    }
    Cookie cookie = context.request().getCookie(COOKIE);
    if (cookie == null) {
      refuse(context, Refusal.unauthenticated());
      return;
    }
    switch (identity.refresh(Secret.of(cookie.getValue()))) {
      case Outcome.Accepted<SignedIn>(SignedIn value) -> sendSession(context, value);
      case Outcome.Denied<SignedIn>(Refusal refusal) -> refuse(context, refusal);
    }
  }

  private void signOut(RoutingContext context) {
    Cookie cookie = context.request().getCookie(COOKIE);
    if (cookie != null && !origins.isOurs(context.request())) {
      refuse(context, foreign());
      return;
    }
    CompletableFuture<Outcome<Boolean>> ended =
        cookie != null
            ? identity.signOut(Secret.of(cookie.getValue()))
            : identity.authenticator().authenticate(context.request())
                    instanceof Authentication.Known(Principal principal)
                ? identity.signOut(principal)
                : CompletableFuture.completedFuture(Outcome.accepted(false));
    send(
        context,
        ended,
        unused -> {
          context.response().addCookie(cookie("").setMaxAge(0));
          context.response().setStatusCode(204).end();
        });
  }

  private void me(RoutingContext context, Principal principal) {
    Optional<Account> found = identity.account(principal.user());
    if (found.isEmpty()) {
      refuse(context, Refusal.unauthenticated());
      return;
    }
    Account account = found.get();
    ObjectNode body = StrictJson.MAPPER.createObjectNode();
    body.put("user", account.user().value());
    body.put("title", account.title());
    ArrayNode roles = body.putArray("roles");
    account.roles().forEach(role -> roles.add(role.name()));
    ArrayNode projects = body.putArray("projects");
    account
        .memberships()
        .forEach(each ->
            projects
                .addObject()
                .put("name", each.project().value())
                .put("rank", each.rank().name()));
    body.put("defaultProject", account.defaultProject().map(name -> name.value()).orElse(null));
    body.put("how", principal.how().name());
    json(context, 200, body);
  }

  private void changePassword(RoutingContext context, Principal principal) {
    withBody(
        context,
        body -> {
          Optional<Secret> next = body.secret("newPassword");
          if (next.isEmpty()) {
            refuse(context, missing("newPassword"));
            return;
          }
          send(
              context,
              identity.changePassword(
                  principal,
                  body.secret("currentPassword"),
                  next.get(),
                  Origins.address(context.request())),
              unused -> context.response().setStatusCode(204).end());
        },
        RequestBody.Field.text("currentPassword"),
        RequestBody.Field.text("newPassword"));
  }

  private static Refusal missing(String field) {
    return Refusal.of(Refusal.Code.INVALID, field, field + " is missing");
  }

  private void listKeys(RoutingContext context, Principal principal) {
    ObjectNode body = StrictJson.MAPPER.createObjectNode();
    ArrayNode items = body.putArray("items");
    identity.apiKeys(principal.user()).forEach(key -> items.add(item(key)));
    body.putNull("next");
    json(context, 200, body);
  }

  private static ObjectNode item(StoredSecret key) {
    ObjectNode item = StrictJson.MAPPER.createObjectNode();
    item.put("id", key.id());
    item.put("name", key.name());
    item.put("createdMs", key.createdMs());
    item.put("expiresMs", key.expiresMs());
    item.put("origin", key.kind() == SecretKind.LOCAL_TOKEN ? "LOCAL" : "API");
    return item;
  }

  private void makeKey(RoutingContext context, Principal principal) {
    withBody(
        context,
        body -> {
          Optional<String> name = body.text("name");
          if (name.isEmpty()) {
            refuse(context, missing("name"));
            return;
          }
          send(
              context,
              identity.makeApiKey(principal, name.get(), body.wholeNumber("lifeMs")),
              made -> sendKey(context, made));
        },
        RequestBody.Field.text("name"),
        RequestBody.Field.wholeNumber("lifeMs"));
  }

  private static void sendKey(RoutingContext context, CredentialStore.Issued made) {
    context.response().putHeader(HttpHeaders.LOCATION, ME + "/api-keys/" + made.stored().id());
    json(context, 201, item(made.stored()).put("key", made.text().reveal()));
  }

  private void revokeKey(RoutingContext context, Principal principal) {
    send(
        context,
        identity.revokeApiKey(principal, context.pathParam("id")),
        unused -> context.response().setStatusCode(204).end());
  }

  private static void withBody(
      RoutingContext context, Consumer<RequestBody> handler, RequestBody.Field... fields) {
    switch (RequestBody.read(context, fields)) {
      case Outcome.Accepted<RequestBody>(RequestBody body) -> handler.accept(body);
      case Outcome.Denied<RequestBody>(Refusal refusal) -> refuse(context, refusal);
    }
  }

  /** Answers on the event loop of the request, whatever thread did the work. */
  private static <T> void send(
      RoutingContext context, CompletableFuture<Outcome<T>> work, Consumer<T> accepted) {
    Future.fromCompletionStage(work, context.vertx().getOrCreateContext())
        .onSuccess(outcome -> {
          switch (outcome) {
            case Outcome.Accepted<T>(T value) -> accepted.accept(value);
            case Outcome.Denied<T>(Refusal refusal) -> refuse(context, refusal);
          }
        })
        .onFailure(fault -> {
          LOG.error("a request about credentials failed", fault);
          context.fail(500);
        });
  }

  private static void refuse(RoutingContext context, Refusal refusal) {
    ProblemJson.send(context.response(), refusal);
  }

  private static void json(RoutingContext context, int status, ObjectNode body) {
    if (context.response().ended() || context.response().closed()) {
      return;
    }
    context.response().setStatusCode(status);
    context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    context.response().end(Buffer.buffer(StrictJson.write(body)));
  }
}
