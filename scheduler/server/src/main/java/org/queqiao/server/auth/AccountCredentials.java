package org.queqiao.server.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Everything that opens one account.
 *
 * @param user the account
 * @param passwordHash in the form of {@link PasswordHash}; empty while it has no password
 * @param secrets in the order of their making
 */
record AccountCredentials(String user, String passwordHash, List<StoredSecret> secrets) {
  AccountCredentials {
    Objects.requireNonNull(user);
    Objects.requireNonNull(passwordHash);
    secrets = List.copyOf(secrets);
  }

  static AccountCredentials none(String user) {
    return new AccountCredentials(user, "", List.of());
  }

  @JsonIgnore
  boolean isEmpty() {
    return passwordHash.isEmpty() && secrets.isEmpty();
  }

  AccountCredentials withPassword(String hash) {
    return new AccountCredentials(user, hash, secrets);
  }

  AccountCredentials with(StoredSecret secret) {
    List<StoredSecret> more = new ArrayList<>(secrets);
    more.add(secret);
    return new AccountCredentials(user, passwordHash, more);
  }

  AccountCredentials without(Predicate<StoredSecret> gone) {
    List<StoredSecret> rest = new ArrayList<>(secrets);
    rest.removeIf(gone);
    return new AccountCredentials(user, passwordHash, rest);
  }

  /** Leaves hashes out. */
  @Override
  public String toString() {
    return "AccountCredentials[" + user + ", " + secrets.size() + " secrets]";
  }
}
