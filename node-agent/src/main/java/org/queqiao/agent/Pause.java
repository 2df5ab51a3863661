package org.queqiao.agent;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits between attempts, cut short when the agent ends. */
final class Pause {
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Waits; true when the agent ends. */
  boolean overAfter(long ms) {
    try {
      return ended.await(ms, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  void end() {
    ended.countDown();
  }

  boolean isEnded() {
    return ended.getCount() == 0;
  }
}
