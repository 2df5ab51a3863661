package org.queqiao.runtime.loop;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the machine, in two bounded lanes. What frees resources never waits behind what
 * asks for them, and what asks for them still gets a quarter of every batch.
 *
 * @param <T> an entry
 */
final class Inbox<T> {
  /** The lanes of the inbox. */
  enum Lane {
    /** Ends, kills and what agents report. */
    URGENT,
    /** Submissions, administration, questions. */
    ORDINARY
  }

  /** The ordinary lane's share of a batch while urgent entries abound: one in so many. */
  private static final int ORDINARY_SHARE = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<T> urgent = new ArrayDeque<>();
  private final ArrayDeque<T> ordinary = new ArrayDeque<>();
  private final int laneCapacity;
  private boolean closed;
  private boolean woken;

  Inbox(int laneCapacity) {
    this.laneCapacity = laneCapacity;
  }

  /** Adds an entry from any thread; false when the lane is full or the inbox is closed. */
  boolean offer(Lane lane, T entry) {
    lock.lock();
    try {
      ArrayDeque<T> queue = lane == Lane.URGENT ? urgent : ordinary;
      if (closed || queue.size() >= laneCapacity) {
        return false;
      }
      queue.add(entry);
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Moves up to {@code max} entries to {@code batch}, urgent ones first. */
  void drainTo(List<T> batch, int max) {
    lock.lock();
    try {
      int forOrdinary = Math.min(ordinary.size(), Math.max(1, max / ORDINARY_SHARE));
      move(urgent, batch, max - forOrdinary);
      move(ordinary, batch, max - batch.size());
      move(urgent, batch, max - batch.size());
    } finally {
      lock.unlock();
    }
  }

  private void move(ArrayDeque<T> from, List<T> batch, int max) {
    for (int moved = 0; moved < max && !from.isEmpty(); moved++) {
      batch.add(from.poll());
    }
  }

  /** Waits until there is an entry, {@link #wake} is called, or the time is over. */
  void await(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (urgent.isEmpty() && ordinary.isEmpty() && !woken && left > 0) {
        left = arrived.awaitNanos(left);
      }
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a wait. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more; what is in it can still be drained. */
  void close() {
    lock.lock();
    try {
      closed = true;
      woken = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int length() {
    lock.lock();
    try {
      return urgent.size() + ordinary.size();
    } finally {
      lock.unlock();
    }
  }

  int capacity() {
    return 2 * laneCapacity;
  }
}
