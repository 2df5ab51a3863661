package org.queqiao.server.auth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/** Writes a refusal as problem+json (RFC 9457). */
public final class ProblemJson {
  private ProblemJson() {}

  /** Ends the response with this refusal. */
  public static void send(HttpServerResponse response, Refusal refusal) {
    if (response.ended() || response.closed()) {
      return;
    }
    ObjectNode body = StrictJson.MAPPER.createObjectNode();
    body.put("type", "about:blank");
    body.put("title", refusal.code().title());
    body.put("status", refusal.code().status());
    body.put("code", refusal.code().name());
    body.put("detail", refusal.detail());
    if (!refusal.field().isEmpty()) {
      body.put("field", refusal.field());
    }
    response.setStatusCode(refusal.code().status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json");
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (refusal.code() == Refusal.Code.UNAUTHENTICATED) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (refusal.retryAfterSeconds() > 0) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(refusal.retryAfterSeconds()));
    }
    response.end(Buffer.buffer(StrictJson.write(body)));
  }
}
