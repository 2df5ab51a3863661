package org.queqiao.core.message;

/**
 * An expected refusal.
 *
 * @param code what kind
 * @param field the field of the request that is wrong, or empty
 * @param message what is wrong, where, and what to do, for a person
 */
public record Rejection(Code code, String field, String message) {
  /** The kinds of refusal. */
  public enum Code {
    /** Not even readable as what it claims to be. */
    MALFORMED,
    /** Known, but not allowed. */
    FORBIDDEN,
    /** Does not exist, or its existence is private. */
    NOT_FOUND,
    /** The thing is in a state that does not permit it. */
    CONFLICT,
    /** It was changed since the version that the request speaks of. */
    STALE,
    /** The key was used with another request. */
    IDEMPOTENCY_MISMATCH,
    /** Readable, but can never be right. */
    INVALID,
    /** Over a limit of the sender. */
    TOO_MANY,
    /** The scheduler cannot take it now. */
    BUSY,
    /** The log has no room; running jobs go on. */
    DISK_FULL
  }

  public Rejection {
    if (code == null || field == null || message == null || message.isBlank()) {
      throw new IllegalArgumentException("a rejection has a code, a field or empty, and a message");
    }
  }
}
