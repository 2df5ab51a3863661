package org.queqiao.server.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
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
  static void errors(Router router, long maxBodyBytes) {
    on(router, 400, Refusal.of(Refusal.Code.MALFORMED, "the request cannot be read"));
    on(router, 404, Refusal.of(Refusal.Code.NOT_FOUND, "there is nothing at this address"));
    on(
        router,
        405,
        Refusal.of(
            Refusal.Code.NOT_ALLOWED, "this address does not know the method of the request"));
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
    router.errorHandler(
        status,
        routing -> {
          if (!routing.request().isEnded()) {
            routing.response().putHeader("Connection", "close");
          }
          ProblemJson.send(routing.response(), refusal);
        });
  }
}
