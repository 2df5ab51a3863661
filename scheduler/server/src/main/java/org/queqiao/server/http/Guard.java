package org.queqiao.server.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.queqiao.server.auth.ProblemJson;
import org.queqiao.server.auth.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every answer has: headers that keep browsers safe, a measurement, errors without insides.
 */
final class Guard {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
  private static final String PAGE_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src"
          + " 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action"
          + " 'self'; frame-ancestors 'none'";

  private static final Refusal NOTHING_HERE =
      Refusal.of(Refusal.Code.NOT_FOUND, "there is nothing at this address");

  private final HttpMeter meter;
  private final Connections connections;

  Guard(HttpMeter meter, Connections connections) {
    this.meter = meter;
    this.connections = connections;
  }

  void admit(RoutingContext routing) {
    long begunNanos = System.nanoTime();
    HttpServerResponse response = routing.response();
    response.putHeader("Content-Security-Policy", PAGE_POLICY);
    response.putHeader("X-Content-Type-Options", "nosniff");
    response.putHeader("X-Frame-Options", "DENY");
    response.putHeader("Referrer-Policy", "no-referrer");
    response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.putHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.endHandler(_ -> {
      connections.answered(routing.request().connection());
      String operation = routing.get(HttpMeter.OPERATION);
      meter.answered(
          operation == null ? "other" : operation,
          response.getStatusCode(),
          System.nanoTime() - begunNanos);
    });
    routing.next();
  }

  /** What is answered where no code answers. */
  static void errors(Router router, Contract contract, long maxBodyBytes) {
    on(router, 400, Refusal.of(Refusal.Code.MALFORMED, "the request cannot be read"));
    on(router, 404, NOTHING_HERE);
    router.errorHandler(405, routing -> notAllowed(routing, contract));
    on(router, 413, Api.tooLarge(maxBodyBytes));
    on(router, 415, Refusal.of(Refusal.Code.WRONG_TYPE, "the type of the body is not known here"));
    router.errorHandler(
        500,
        routing -> {
          LOG.error(
              "request failed operation={}",
              (String) routing.get(HttpMeter.OPERATION),
              routing.failure());
          ProblemJson.send(
              routing.response(),
              Refusal.of(
                  Refusal.Code.FAILED,
                  "the server failed; its log says why, under the present time"));
        });
  }

  private static void on(Router router, int status, Refusal refusal) {
    router.errorHandler(status, routing -> refuse(routing, refusal));
  }

  /** Says which methods the address knows, as RFC 9110 asks for. */
  private static void notAllowed(RoutingContext routing, Contract contract) {
    String path = routing.normalizedPath();
    List<String> known = contract.methods(path);
    if (known.isEmpty() && path.startsWith("/api/")) {
      refuse(routing, NOTHING_HERE);
      return;
    }
    // What is in no document is a page or a file.
    String allowed = known.isEmpty() ? "GET, HEAD" : String.join(", ", known);
    routing.response().putHeader("Allow", allowed);
    refuse(
        routing,
        Refusal.of(
            Refusal.Code.NOT_ALLOWED,
            "this address does not know the method of the request: it knows " + allowed));
  }

  private static void refuse(RoutingContext routing, Refusal refusal) {
    if (!routing.request().isEnded()) {
      routing.response().putHeader("Connection", "close");
    }
    ProblemJson.send(routing.response(), refusal);
  }

  /** A request whose head is no HTTP or beyond its bounds never reaches the router. */
  static void unreadable(HttpServerRequest request, int maxLineBytes, int maxHeaderBytes) {
    Throwable cause = request.decoderResult().cause();
    Refusal refusal =
        switch (cause) {
          case TooLongHttpLineException _ ->
              Refusal.of(
                  Refusal.Code.ADDRESS_TOO_LONG,
                  "the first line of the request must not be longer than "
                      + maxLineBytes
                      + " bytes");
          case TooLongHttpHeaderException _ ->
              Refusal.of(
                  Refusal.Code.HEADERS_TOO_LARGE,
                  "the headers of the request must not be longer than "
                      + maxHeaderBytes
                      + " bytes together");
          case null, default -> Refusal.of(Refusal.Code.MALFORMED, "the request cannot be read");
        };
    HttpServerResponse response = request.response();
    response.putHeader("Connection", "close");
    response.putHeader("X-Content-Type-Options", "nosniff");
    ProblemJson.send(response, refusal);
    request.connection().close();
  }
}
