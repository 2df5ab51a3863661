package org.queqiao.agent;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the loop of the agent. Senders wait while it is full, except those whose number is
 * bounded elsewhere: if an answer of the launcher had to wait, loop and launcher could each wait
 * for the other.
 */
final class Mailbox {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<AgentEvent> events = new ArrayDeque<>();
  private final int capacity;

  Mailbox(int capacity) {
    this.capacity = capacity;
  }

  /** Adds an event, waiting for room. */
  void put(AgentEvent event) {
    lock.lock();
    try {
      while (events.size() >= capacity) {
        room.awaitUninterruptibly();
      }
      events.add(event);
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Adds an event of a bounded kind at once. */
  void putBounded(AgentEvent event) {
    lock.lock();
    try {
      events.add(event);
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Moves what waits to {@code batch}; when nothing does, waits for at most this long. */
  void take(List<AgentEvent> batch, long waitNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = waitNanos;
      while (events.isEmpty() && left > 0) {
        left = arrived.awaitNanos(left);
      }
      while (!events.isEmpty() && batch.size() < capacity) {
        batch.add(events.poll());
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  static long nanos(long ms) {
    return TimeUnit.MILLISECONDS.toNanos(ms);
  }
}
