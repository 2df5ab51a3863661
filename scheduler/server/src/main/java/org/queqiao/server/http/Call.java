package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.queqiao.server.auth.Principal;
import org.queqiao.server.auth.ProblemJson;
import org.queqiao.server.auth.Refusal;

/**
 * One request that has been checked against the document, and the ways to answer it. Lives on the
 * event loop of its connection.
 */
final class Call {
  private static final JsonFactory JSON = new JsonFactory();

  private final RoutingContext routing;
  private final Context context;
  private final Operation operation;
  private final Principal principal;
  private final Map<String, Object> arguments;
  private final Map<String, Object> body;
  private final String reason;

  /** Writes the body of an answer. */
  @FunctionalInterface
  interface JsonBody {
    void write(JsonGenerator out) throws IOException;
  }

  Call(
      RoutingContext routing,
      Operation operation,
      Principal principal,
      Map<String, Object> arguments,
      Map<String, Object> body,
      String reason) {
    this.routing = routing;
    this.context = routing.vertx().getOrCreateContext();
    this.operation = operation;
    this.principal = principal;
    this.arguments = arguments;
    this.body = body;
    this.reason = reason;
  }

  RoutingContext routing() {
    return routing;
  }

  HttpServerResponse response() {
    return routing.response();
  }

  Operation operation() {
    return operation;
  }

  /** Who asks; null for an operation that needs no identity. */
  Principal principal() {
    return principal;
  }

  /** The value of a parameter, or its default, or null. */
  String text(String name) {
    return (String) arguments.get(name);
  }

  /** As {@link #text}. */
  Long number(String name) {
    return (Long) arguments.get(name);
  }

  /** Every parameter that was given or has a default. */
  Map<String, Object> arguments() {
    return arguments;
  }

  /** The JSON body; empty when the operation has none. */
  Map<String, Object> body() {
    return body;
  }

  /** Why the caller changes something, in a header; empty when they do not say. */
  String reason() {
    return reason;
  }

  String header(String name) {
    return routing.request().getHeader(name);
  }

  /**
   * The first of these media types that the client accepts, or the first of all when it accepts
   * anything or none of them.
   */
  String accepted(String... types) {
    String accept = header("Accept");
    if (accept == null) {
      return types[0];
    }
    for (String range : accept.split(",", 16)) {
      String wanted = range.split(";", 2)[0].strip();
      for (String type : types) {
        if (wanted.equals(type)) {
          return type;
        }
      }
      if (wanted.equals("*/*")) {
        return types[0];
      }
    }
    return types[0];
  }

  /** Runs on the event loop of the connection, from any thread. */
  void onLoop(Runnable action) {
    context.runOnContext(_ -> guarded(action));
  }

  /** Runs an action and answers what it refuses or fails with. */
  void guarded(Runnable action) {
    try {
      action.run();
    } catch (Refused refused) {
      refuse(refused.refusal());
    } catch (RuntimeException failure) {
      routing.fail(failure);
    }
  }

  void refuse(Refusal refusal) {
    ProblemJson.send(routing.response(), refusal);
  }

  void json(int status, JsonBody content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      content.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    send(status, "application/json", Buffer.buffer(bytes.toByteArray()));
  }

  void text(int status, String type, String content) {
    send(status, type + "; charset=utf-8", Buffer.buffer(content));
  }

  private void send(int status, String type, Buffer content) {
    HttpServerResponse response = routing.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status);
    response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    response.end(content);
  }

  void noContent() {
    if (!routing.response().ended() && !routing.response().closed()) {
      routing.response().setStatusCode(204).end();
    }
  }
}
