package org.queqiao.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.queqiao.server.auth.Authentication;
import org.queqiao.server.auth.Authenticator;
import org.queqiao.server.auth.GivenReason;
import org.queqiao.server.auth.Principal;
import org.queqiao.server.auth.ProblemJson;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.config.NearestName;

/**
 * Joins the operations of the document with the code behind them. Each request passes, in this
 * order: identity, rate limit, size, type, parameters, body, code.
 */
final class Api {
  private static final long SMALL_BODY = 16 << 10;

  private final Vertx vertx;
  private final Contract contract;
  private final Authenticator authenticator;
  private final RateLimits limits;
  private final long maxBodyBytes;
  private final long bodyTimeoutMs;
  private final Map<String, Handler> handlers = new HashMap<>();

  /** Code behind an operation, with the kind of rate limit that it falls under. */
  private record Handler(RateLimits.Kind kind, Consumer<Call> code) {}

  Api(
      Vertx vertx,
      Contract contract,
      Authenticator authenticator,
      RateLimits limits,
      long maxBodyBytes,
      long bodyTimeoutMs) {
    this.vertx = vertx;
    this.contract = contract;
    this.authenticator = authenticator;
    this.limits = limits;
    this.maxBodyBytes = maxBodyBytes;
    this.bodyTimeoutMs = bodyTimeoutMs;
  }

  /** States the code behind an operation. */
  void on(String operationId, Consumer<Call> code) {
    on(operationId, RateLimits.Kind.REQUEST, code);
  }

  /** As above, under another rate limit. */
  void on(String operationId, RateLimits.Kind kind, Consumer<Call> code) {
    if (handlers.put(operationId, new Handler(kind, code)) != null) {
      throw new IllegalStateException("operation " + operationId + " has code already");
    }
  }

  /**
   * Puts all operations on a router, but those of the part that identity serves itself.
   *
   * @throws IllegalStateException when an operation has no code, or code has no operation
   */
  void mount(Router router, String servedElsewhere) {
    TreeSet<String> left = new TreeSet<>(handlers.keySet());
    for (Operation operation : contract.operations()) {
      if (operation.tag().equals(servedElsewhere)) {
        continue;
      }
      Handler handler = handlers.get(operation.id());
      if (handler == null) {
        throw new IllegalStateException("operation " + operation.id() + " has no code");
      }
      left.remove(operation.id());
      mount(router, operation, handler);
    }
    if (!left.isEmpty()) {
      throw new IllegalStateException("not in the document: " + left);
    }
  }

  private void mount(Router router, Operation operation, Handler handler) {
    String path = operation.path().replaceAll("\\{(\\w+)\\}", ":$1");
    // Each step is a route of its own: one route takes no body handler behind another handler.
    route(router, operation, path)
        .handler(routing -> {
          routing.put(HttpMeter.OPERATION, operation.id());
          admit(routing, operation, handler);
        });
    if (operation.method().equals("GET")) {
      route(router, operation, path).handler(Api::refuseBody);
    } else {
      long limit = operation.bodies().isEmpty() ? SMALL_BODY : maxBodyBytes;
      route(router, operation, path).handler(routing -> admitType(routing, operation));
      route(router, operation, path).handler(routing -> limitBody(routing, limit));
      route(router, operation, path).handler(BodyHandler.create(false).setBodyLimit(limit));
    }
    route(router, operation, path).handler(routing -> serve(routing, operation, handler));
  }

  private static Route route(Router router, Operation operation, String path) {
    Route route = router.route(HttpMethod.valueOf(operation.method()), path);
    return operation.hasHead() ? route.method(HttpMethod.HEAD) : route;
  }

  /** Identity and rate, before a byte of the body is read. */
  private void admit(RoutingContext routing, Operation operation, Handler handler) {
    routing.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (operation.open()) {
      routing.next();
      return;
    }
    switch (authenticator.authenticate(routing.request())) {
      case Authentication.Refused(Refusal refusal) -> refuseEarly(routing, refusal);
      case Authentication.Known(Principal principal) -> {
        Optional<Refusal> limited = limits.take(handler.kind(), principal.user());
        if (limited.isPresent()) {
          refuseEarly(routing, limited.get());
        } else {
          routing.put(Principal.class.getName(), principal);
          routing.next();
        }
      }
    }
  }

  /** Answers before the body has come; the connection ends, so that nobody has to read the rest. */
  private static void refuseEarly(RoutingContext routing, Refusal refusal) {
    if (hasBody(routing.request()) && !routing.request().isEnded()) {
      routing.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    ProblemJson.send(routing.response(), refusal);
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"));
  }

  private static void refuseBody(RoutingContext routing) {
    if (hasBody(routing.request())) {
      refuseEarly(routing, Refusal.of(Refusal.Code.MALFORMED, "a GET request has no body"));
    } else {
      routing.next();
    }
  }

  /** A body of a type that the operation does not know is not even read. */
  private static void admitType(RoutingContext routing, Operation operation) {
    if (operation.bodies().isEmpty() || operation.bodies().containsKey(type(routing))) {
      routing.next();
      return;
    }
    refuseEarly(
        routing,
        Refusal.of(
            Refusal.Code.WRONG_TYPE,
            "Content-Type",
            "the body must be " + String.join(" or ", operation.bodies().keySet())));
  }

  private static String type(RoutingContext routing) {
    String header = routing.request().getHeader(HttpHeaders.CONTENT_TYPE);
    return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** Refuses by the announced length, and gives a slow sender a bounded time. */
  private void limitBody(RoutingContext routing, long limit) {
    String announced = routing.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean tooLarge =
        announced != null && (announced.length() > 18 || Long.parseLong(announced) > limit);
    if (tooLarge) {
      refuseEarly(routing, tooLarge(limit));
      return;
    }
    if (!routing.request().isEnded() && hasBody(routing.request())) {
      long timer =
          vertx.setTimer(
              bodyTimeoutMs,
              _ ->
                  refuseEarly(
                      routing,
                      Refusal.of(
                          Refusal.Code.TOO_SLOW,
                          "the body did not arrive within " + bodyTimeoutMs + " ms")));
      routing.put("bodyTimer", timer);
    }
    routing.next();
  }

  static Refusal tooLarge(long limit) {
    return Refusal.of(
        Refusal.Code.TOO_LARGE, "the body must not be larger than " + limit + " bytes");
  }

  private void serve(RoutingContext routing, Operation operation, Handler handler) {
    Long timer = routing.get("bodyTimer");
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
    if (routing.response().ended()) {
      return;
    }
    try {
      Principal principal = routing.get(Principal.class.getName());
      Map<String, Object> arguments = arguments(routing, operation);
      Map<String, Object> body = body(routing, operation);
      Call call =
          new Call(routing, operation, principal, arguments, body, reason(routing, operation));
      call.guarded(() -> handler.code().accept(call));
    } catch (Refused refused) {
      ProblemJson.send(routing.response(), refused.refusal());
    }
  }

  /** What reads only has none. */
  private static String reason(RoutingContext routing, Operation operation) {
    if (operation.method().equals("GET")) {
      return "";
    }
    try {
      return GivenReason.of(routing.request());
    } catch (IllegalArgumentException unread) {
      throw Refused.malformed(
          GivenReason.HEADER, "the header " + GivenReason.HEADER + " " + unread.getMessage());
    }
  }

  private static Map<String, Object> arguments(RoutingContext routing, Operation operation) {
    Map<String, Object> arguments = new HashMap<>();
    var query = routing.queryParams();
    for (Operation.Parameter parameter : operation.parameters()) {
      String text;
      if (parameter.inPath()) {
        text = routing.pathParam(parameter.name());
      } else {
        List<String> all = query.getAll(parameter.name());
        if (all.size() > 1) {
          throw Refused.malformed(parameter.name(), parameter.name() + " is given twice");
        }
        text = all.isEmpty() ? null : all.getFirst();
      }
      Object value = value(parameter, text);
      if (value != null) {
        arguments.put(parameter.name(), value);
      }
    }
    for (String name : query.names()) {
      if (operation.parameters().stream().noneMatch(each -> each.name().equals(name))) {
        refuseUnknown(operation, name);
      }
    }
    return arguments;
  }

  /**
   * Who asks is decided by the token alone, so a parameter that claims to say it is passed over.
   */
  private static void refuseUnknown(Operation operation, String name) {
    if (name.equals("user")) {
      return;
    }
    List<String> known =
        operation.parameters().stream()
            .filter(each -> !each.inPath())
            .map(Operation.Parameter::name)
            .toList();
    String shown = Schema.shown(name);
    String near = NearestName.near(shown, known);
    throw Refused.malformed(
        shown,
        "there is no parameter "
            + shown
            + (near.isEmpty() ? "" : "; did you mean " + near + "?")
            + (known.isEmpty() ? ": there are none" : ": known are " + String.join(", ", known)));
  }

  private static Object value(Operation.Parameter parameter, String text) {
    Schema schema = parameter.schema();
    if (text == null) {
      if (parameter.required()) {
        throw Refused.malformed(
            parameter.name(), "the parameter " + parameter.name() + " is missing");
      }
      Object standard = schema.defaultValue();
      return standard instanceof Number number ? (Object) number.longValue() : standard;
    }
    Object value = converted(parameter, text);
    Optional<Refusal> wrong = schema.check(parameter.name(), value);
    if (wrong.isPresent()) {
      Refusal refusal = wrong.get();
      throw new Refused(
          parameter.inPath()
              ? Refusal.of(Refusal.Code.MALFORMED, refusal.field(), refusal.detail())
              : refusal);
    }
    return value;
  }

  private static Object converted(Operation.Parameter parameter, String text) {
    if (parameter.schema().isType("integer")) {
      try {
        if (text.matches("-?[0-9]{1,19}")) {
          return Long.parseLong(text);
        }
      } catch (NumberFormatException e) {
        // Answered below, as every other text that is no number.
      }
      String detail = parameter.name() + " must be an integer within 64 bits";
      throw parameter.inPath()
          ? Refused.malformed(parameter.name(), detail)
          : Refused.invalid(parameter.name(), detail);
    }
    if (parameter.schema().isType("boolean")) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default ->
            throw Refused.invalid(parameter.name(), parameter.name() + " must be true or false");
      };
    }
    return text;
  }

  private static Map<String, Object> body(RoutingContext routing, Operation operation) {
    if (operation.bodies().isEmpty()) {
      return Map.of();
    }
    if (!Contract.isJson(type(routing))) {
      return Map.of();
    }
    var content = routing.body().buffer();
    Map<String, Object> body =
        StrictReader.object(content == null ? new byte[0] : content.getBytes());
    operation
        .bodies()
        .get(type(routing))
        .check(body)
        .ifPresent(wrong -> {
          throw new Refused(wrong);
        });
    return body;
  }
}
