package org.queqiao.server.auth;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rate limits by name: each name has a bucket of so many tokens that refills at a steady pace.
 * Holds a bounded number of buckets; the one used longest ago gives way.
 */
final class TokenBuckets {
  private final int burst;
  private final long refillMs;
  private final LinkedHashMap<String, Bucket> buckets;

  /**
   * A bucket.
   *
   * @param tokens left at {@code sinceMs}
   */
  private record Bucket(int tokens, long sinceMs) {}

  /**
   * Buckets of one size.
   *
   * @param burst tokens of a full bucket
   * @param refillMs after which one token comes back
   * @param capacity the most buckets
   */
  TokenBuckets(int burst, long refillMs, int capacity) {
    this.burst = burst;
    this.refillMs = refillMs;
    this.buckets =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > capacity;
          }
        };
  }

  /** Takes a token; the answer is 0, or for how many milliseconds there will be none. */
  synchronized long take(String name, long nowMs) {
    Bucket now = refilled(name, nowMs);
    if (now.tokens() == 0) {
      buckets.put(name, now);
      return Math.max(1, now.sinceMs() + refillMs - nowMs);
    }
    buckets.put(name, new Bucket(now.tokens() - 1, now.sinceMs()));
    return 0;
  }

  /** Gives back a token that turned out not to count. */
  synchronized void giveBack(String name, long nowMs) {
    Bucket now = refilled(name, nowMs);
    buckets.put(name, new Bucket(Math.min(burst, now.tokens() + 1), now.sinceMs()));
  }

  /** A clock that went back refills nothing. */
  private Bucket refilled(String name, long nowMs) {
    Bucket last = buckets.get(name);
    if (last == null) {
      return new Bucket(burst, nowMs);
    }
    long earned = Math.max(0, nowMs - last.sinceMs()) / refillMs;
    if (last.tokens() + earned >= burst) {
      return new Bucket(burst, nowMs);
    }
    return new Bucket(
        (int) (last.tokens() + earned), Math.min(nowMs, last.sinceMs() + earned * refillMs));
  }
}
