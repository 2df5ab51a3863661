package org.queqiao.agent.session;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt: doubled each time up to a cap, and a random half of it,
 * so that the agents of a room do not come back in the same moment.
 */
public final class Backoff {
  private final long firstMs;
  private final long capMs;
  private long nextMs;

  public Backoff(long firstMs, long capMs) {
    this.firstMs = firstMs;
    this.capMs = capMs;
    this.nextMs = firstMs;
  }

  /** The wait before the next attempt, in milliseconds. */
  public long next() {
    long waitMs = nextMs / 2 + ThreadLocalRandom.current().nextLong(nextMs / 2 + 1);
    nextMs = Math.min(capMs, nextMs * 2);
    return waitMs;
  }

  /** An attempt went well. */
  public void reset() {
    nextMs = firstMs;
  }
}
