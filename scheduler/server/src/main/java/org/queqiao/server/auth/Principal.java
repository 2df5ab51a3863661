package org.queqiao.server.auth;

import java.util.SortedSet;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.UserName;

/**
 * Who asks, proven, with the roles of this moment.
 *
 * @param user the account
 * @param roles sorted; as the log had them when the request came
 * @param how what proved it
 * @param credential the session or the API key, by its id; never its secret
 * @param expiresMs when the proof ends
 */
public record Principal(
    UserName user, SortedSet<Role> roles, How how, String credential, long expiresMs) {
  /** What proves an identity. */
  public enum How {
    /** A short-lived token of a session. */
    ACCESS_TOKEN,
    /** A key of an automation. */
    API_KEY
  }

  public Principal {
    roles = Account.sorted(roles);
  }

  public boolean has(Role role) {
    return roles.contains(role);
  }

  /** The principal as the cause of a fact. */
  public Actor actor() {
    return Actor.user(user);
  }
}
