package org.queqiao.server.auth;

import java.util.Objects;
import org.queqiao.core.message.Rejection;

/**
 * An expected refusal at the door.
 *
 * @param code what kind
 * @param field the field of the request that is wrong, or empty
 * @param detail what is wrong and what to do, for a person; never a secret
 * @param retryAfterSeconds when to come back; 0 where coming back does not help
 */
public record Refusal(Code code, String field, String detail, long retryAfterSeconds) {
  /** The kinds of refusal with their HTTP status. */
  public enum Code {
    MALFORMED(400, "Bad Request"),
    UNAUTHENTICATED(401, "Unauthorized"),
    FORBIDDEN(403, "Forbidden"),
    NOT_FOUND(404, "Not Found"),
    NOT_ALLOWED(405, "Method Not Allowed"),
    TOO_SLOW(408, "Request Timeout"),
    CONFLICT(409, "Conflict"),
    IDEMPOTENCY_MISMATCH(409, "Conflict"),
    STALE(412, "Precondition Failed"),
    TOO_LARGE(413, "Content Too Large"),
    ADDRESS_TOO_LONG(414, "URI Too Long"),
    WRONG_TYPE(415, "Unsupported Media Type"),
    INVALID(422, "Unprocessable Content"),
    TOO_MANY(429, "Too Many Requests"),
    HEADERS_TOO_LARGE(431, "Request Header Fields Too Large"),
    FAILED(500, "Internal Server Error"),
    BUSY(503, "Service Unavailable"),
    DISK_FULL(507, "Insufficient Storage");

    private final int status;
    private final String title;

    Code(int status, String title) {
      this.status = status;
      this.title = title;
    }

    public int status() {
      return status;
    }

    public String title() {
      return title;
    }
  }

  public Refusal {
    Objects.requireNonNull(code);
    Objects.requireNonNull(field);
    Objects.requireNonNull(detail);
  }

  public static Refusal of(Code code, String detail) {
    return new Refusal(code, "", detail, 0);
  }

  public static Refusal of(Code code, String field, String detail) {
    return new Refusal(code, field, detail, 0);
  }

  /** The refusal of the machine, as the door says it. */
  public static Refusal of(Rejection rejection) {
    Code code =
        switch (rejection.code()) {
          case MALFORMED -> Code.MALFORMED;
          case FORBIDDEN -> Code.FORBIDDEN;
          case NOT_FOUND -> Code.NOT_FOUND;
          case CONFLICT -> Code.CONFLICT;
          case STALE -> Code.STALE;
          case IDEMPOTENCY_MISMATCH -> Code.IDEMPOTENCY_MISMATCH;
          case INVALID -> Code.INVALID;
          case TOO_MANY -> Code.TOO_MANY;
          case BUSY -> Code.BUSY;
          case DISK_FULL -> Code.DISK_FULL;
        };
    boolean comeBack = code == Code.TOO_MANY || code == Code.BUSY;
    return new Refusal(code, rejection.field(), rejection.message(), comeBack ? 1 : 0);
  }

  /** The one answer to everything that does not prove an identity: it never says why. */
  public static Refusal unauthenticated() {
    return of(Code.UNAUTHENTICATED, "sign in first: the request has no valid token");
  }
}
