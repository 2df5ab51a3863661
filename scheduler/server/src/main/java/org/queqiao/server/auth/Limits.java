package org.queqiao.server.auth;

import java.time.InstantSource;
import java.util.Optional;

/**
 * How often somebody may try to sign in. Each try takes from three buckets: that of its address,
 * that of the account at this address, and that of the account; a right one gives back, so only
 * failures count. The account's own bucket is wide, so that a stranger elsewhere does not lock the
 * owner out with a handful of tries.
 */
final class Limits {
  private static final int REMEMBERED = 10_000;
  private static final long MS_PER_S = 1000;

  private final InstantSource clock;
  private final TokenBuckets byAddress = new TokenBuckets(50, 2_000, REMEMBERED);
  private final TokenBuckets byPair = new TokenBuckets(10, 15_000, REMEMBERED);
  private final TokenBuckets byAccount = new TokenBuckets(100, 6_000, REMEMBERED);

  Limits(InstantSource clock) {
    this.clock = clock;
  }

  /** Counts a try; the answer is why it may not go on. The account is empty for a code. */
  Optional<Refusal> attempt(String account, String address) {
    long nowMs = clock.millis();
    long addressMs = byAddress.take(address, nowMs);
    if (addressMs > 0) {
      return Optional.of(tooMany("too many failed sign-ins from this address", addressMs));
    }
    if (account.isEmpty()) {
      return Optional.empty();
    }
    long pairMs = byPair.take(pair(account, address), nowMs);
    long accountMs = pairMs > 0 ? pairMs : byAccount.take(account, nowMs);
    return accountMs > 0
        ? Optional.of(tooMany("too many failed sign-ins for this account", accountMs))
        : Optional.empty();
  }

  private static String pair(String account, String address) {
    return account + "@" + address;
  }

  /** The try was right, or was refused before anything was compared. */
  void giveBack(String account, String address) {
    long nowMs = clock.millis();
    byAddress.giveBack(address, nowMs);
    if (!account.isEmpty()) {
      byPair.giveBack(pair(account, address), nowMs);
      byAccount.giveBack(account, nowMs);
    }
  }

  static Refusal tooMany(String what, long waitMs) {
    long seconds = Math.ceilDiv(waitMs, MS_PER_S);
    return new Refusal(
        Refusal.Code.TOO_MANY, "", what + ": try again in " + seconds + " s", seconds);
  }
}
