package org.queqiao.server.auth;

import java.util.Optional;
import org.queqiao.contract.id.UserName;

/**
 * The accounts as the log has them now. Asked on every request and on event loops, so it must
 * answer from memory: this is why a revoked role counts at once.
 */
@FunctionalInterface
public interface AccountDirectory {
  /** The account of exactly this name. */
  Optional<Account> find(UserName user);
}
