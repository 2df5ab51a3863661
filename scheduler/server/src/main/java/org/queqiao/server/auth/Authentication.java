package org.queqiao.server.auth;

/** What the door found out about a request. */
public sealed interface Authentication {
  /** The request proves who asks. */
  record Known(Principal principal) implements Authentication {}

  /** It does not. */
  record Refused(Refusal refusal) implements Authentication {}
}
