package org.queqiao.server.auth;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when a test says so. */
public final class ManualClock implements InstantSource {
  private final AtomicLong nowMs = new AtomicLong(1_795_440_000_000L);

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(nowMs.get());
  }

  public void pass(long ms) {
    nowMs.addAndGet(ms);
  }
}
