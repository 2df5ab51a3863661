package org.queqiao.server.http;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.queqiao.contract.id.UserName;
import org.queqiao.server.auth.Refusal;

/**
 * A token bucket for each account and kind of request. An account that is over its limit is told
 * when to come back; others notice nothing. There are as many buckets as accounts.
 *
 * <p>A bucket is one number: the moment at which it will be full again (the generic cell rate
 * algorithm of ITU-T I.371).
 */
final class RateLimits {
  private static final long NANOS_PER_S = 1_000_000_000;

  /** Each is a step, with two events of the log. */
  private static final Rate SHELLS = new Rate(1, 30);

  private final LongSupplier nanos;
  private final Map<Kind, Rate> rates = new EnumMap<>(Kind.class);
  private final Map<Kind, Map<UserName, AtomicLong>> buckets = new EnumMap<>(Kind.class);

  /** Kinds of request that are counted apart. */
  enum Kind {
    SUBMIT,
    REQUEST,
    SHELL
  }

  /**
   * How fast a bucket fills and how much it holds.
   *
   * @param perSecond tokens that come back each second
   * @param burst tokens of a full bucket
   */
  record Rate(long perSecond, long burst) {}

  RateLimits(Rate submits, Rate requests, LongSupplier nanos) {
    this.nanos = nanos;
    rates.put(Kind.SUBMIT, submits);
    rates.put(Kind.REQUEST, requests);
    rates.put(Kind.SHELL, SHELLS);
    for (Kind kind : Kind.values()) {
      buckets.put(kind, new ConcurrentHashMap<>());
    }
  }

  /** Takes a token, or says why there is none. */
  Optional<Refusal> take(Kind kind, UserName user) {
    Rate rate = rates.get(kind);
    long interval = Math.max(1, NANOS_PER_S / rate.perSecond());
    long now = nanos.getAsLong();
    AtomicLong bucket =
        buckets.get(kind).computeIfAbsent(user, _ -> new AtomicLong(now - interval));
    long full = Math.multiplyExact(interval, rate.burst());
    while (true) {
      long before = bucket.get();
      long fullAt = (before - now > 0 ? before : now) + interval;
      long overNanos = fullAt - now - full;
      if (overNanos > 0) {
        return Optional.of(refusal(kind, rate, overNanos));
      }
      if (bucket.compareAndSet(before, fullAt)) {
        return Optional.empty();
      }
    }
  }

  private static Refusal refusal(Kind kind, Rate rate, long waitNanos) {
    String what =
        switch (kind) {
          case SUBMIT -> " submissions";
          case REQUEST -> " requests";
          case SHELL -> " shells opened";
        };
    String instead =
        kind == Kind.SHELL ? "run several commands in one" : "submit jobs as fewer, larger ones";
    return new Refusal(
        Refusal.Code.TOO_MANY,
        "",
        "more than "
            + rate.perSecond()
            + what
            + " a second from this account: slow down, or "
            + instead,
        Math.ceilDiv(waitNanos, NANOS_PER_S));
  }
}
