package org.queqiao.server.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.function.Supplier;
import org.queqiao.core.message.Action;
import org.queqiao.server.auth.Authentication;
import org.queqiao.server.auth.Authenticator;
import org.queqiao.server.auth.ProblemJson;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.view.ClusterView;

/** Health and figures of the process. */
final class ServiceRoutes {
  private final ClusterView view;
  private final Authenticator authenticator;
  private final Supplier<Map<String, String>> troubles;
  private final Supplier<String> figures;
  private final Blocking blocking;

  /**
   * The routes.
   *
   * @param troubles what does not work now, by part; empty when all does
   * @param figures in the text format of Prometheus
   */
  ServiceRoutes(
      ClusterView view,
      Authenticator authenticator,
      Supplier<Map<String, String>> troubles,
      Supplier<String> figures,
      Blocking blocking) {
    this.view = view;
    this.authenticator = authenticator;
    this.troubles = troubles;
    this.figures = figures;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on(
        "getLive",
        call ->
            call.json(
                200,
                out -> {
                  out.writeStartObject();
                  out.writeStringField("status", "live");
                  out.writeEndObject();
                }));
    api.on("getReady", this::ready);
    api.on("getMetrics", this::metrics);
  }

  private void ready(Call call) {
    Map<String, String> wrong = troubles.get();
    call.json(
        wrong.isEmpty() ? 200 : 503,
        out -> {
          out.writeStartObject();
          out.writeStringField("status", wrong.isEmpty() ? "ready" : "not ready");
          out.writeObjectFieldStart("parts");
          for (Map.Entry<String, String> each : wrong.entrySet()) {
            out.writeStringField(each.getKey(), each.getValue());
          }
          out.writeEndObject();
          out.writeEndObject();
        });
  }

  /** From this machine itself, or with a token of an administrator. */
  private void metrics(Call call) {
    HttpServerRequest request = call.routing().request();
    if (!isLocal(request)) {
      switch (authenticator.authenticate(request)) {
        case Authentication.Refused(Refusal refusal) -> {
          ProblemJson.send(call.response(), refusal);
          return;
        }
        case Authentication.Known(var principal) -> {
          if (!view.site().permits(principal.actor(), new Action.ControlNodes())) {
            throw Refused.forbidden("only an administrator sees the figures of the process");
          }
        }
      }
    }
    blocking.ask(call, figures::get, text -> call.text(200, "text/plain; version=0.0.4", text));
  }

  /** A proxy on this machine speaks for others, and says so in one of these headers. */
  private static boolean isLocal(HttpServerRequest request) {
    var address = request.remoteAddress();
    String host = address == null ? "" : address.hostAddress();
    boolean loopback =
        host != null
            && (host.startsWith("127.") || host.equals("0:0:0:0:0:0:0:1") || host.equals("::1"));
    return loopback
        && !request.headers().contains("X-Forwarded-For")
        && !request.headers().contains("Forwarded");
  }
}
