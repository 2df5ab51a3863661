package org.queqiao.server.auth;

/** The kinds of secret that the service makes and an account holds. */
public enum SecretKind {
  /** A key that its owner made over the API. */
  API_KEY("qq", 50, false),
  /**
   * A key made by the local command; works as an API key. The oldest gives way, because a script
   * that asks for one each minute would stand still within its life of a day.
   */
  LOCAL_TOKEN("qq", 1000, true),
  /** The single-use code of a login link. */
  LOGIN_CODE("ql", 5, true),
  /** A session of the console; its secret is the cookie. */
  SESSION("qs", 32, true);

  private final String prefix;
  private final int mostPerAccount;
  private final boolean oldestGivesWay;

  SecretKind(String prefix, int mostPerAccount, boolean oldestGivesWay) {
    this.prefix = prefix;
    this.mostPerAccount = mostPerAccount;
    this.oldestGivesWay = oldestGivesWay;
  }

  String prefix() {
    return prefix;
  }

  int mostPerAccount() {
    return mostPerAccount;
  }

  /** Whether a new one ends the oldest when the account has its full number. */
  boolean oldestGivesWay() {
    return oldestGivesWay;
  }
}
