package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.UserName;

/** Token buckets by account and kind. */
final class RateLimitsTest {
  private static final UserName ALICE = new UserName("alice");
  private static final UserName BOB = new UserName("bob");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final RateLimits limits =
      new RateLimits(new RateLimits.Rate(10, 3), new RateLimits.Rate(100, 50), nanos::get);

  @Test
  void aBurstPassesAndThenOneEachInterval() {
    for (int i = 0; i < 3; i++) {
      assertThat(limits.take(RateLimits.Kind.SUBMIT, ALICE)).isEmpty();
    }
    assertThat(limits.take(RateLimits.Kind.SUBMIT, ALICE)).isPresent();
    nanos.addAndGet(99_999_999);
    assertThat(limits.take(RateLimits.Kind.SUBMIT, ALICE)).isPresent();
    nanos.addAndGet(1);
    assertThat(limits.take(RateLimits.Kind.SUBMIT, ALICE)).isEmpty();
    assertThat(limits.take(RateLimits.Kind.SUBMIT, ALICE).orElseThrow().retryAfterSeconds())
        .isEqualTo(1);
  }

  @Test
  void shellsComeBackOneEachSecond() {
    for (int i = 0; i < 30; i++) {
      assertThat(limits.take(RateLimits.Kind.SHELL, ALICE)).isEmpty();
    }
    assertThat(limits.take(RateLimits.Kind.SHELL, ALICE).orElseThrow().detail())
        .contains("more than 1 shells opened a second", "run several commands in one");
    nanos.addAndGet(1_000_000_000);
    assertThat(limits.take(RateLimits.Kind.SHELL, ALICE)).isEmpty();
    assertThat(limits.take(RateLimits.Kind.SHELL, ALICE)).isPresent();
  }

  @Test
  void othersAndOtherKindsOfRequestNoticeNothing() {
    while (limits.take(RateLimits.Kind.SUBMIT, ALICE).isEmpty()) {
      assertThat(nanos.get()).isPositive();
    }
    assertThat(limits.take(RateLimits.Kind.SUBMIT, BOB)).isEmpty();
    assertThat(limits.take(RateLimits.Kind.REQUEST, ALICE)).isEmpty();
  }
}
