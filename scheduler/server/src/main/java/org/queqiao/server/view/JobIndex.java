package org.queqiao.server.view;

import java.util.Iterator;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Some jobs, the newest first. Keys are negated numbers, so that stepping on is cheap. */
final class JobIndex {
  private final ConcurrentSkipListMap<Long, JobEntry> entries = new ConcurrentSkipListMap<>();
  private final AtomicInteger size = new AtomicInteger();

  /** Adds an entry, or puts it in the place of the one with its number. */
  void add(JobEntry entry) {
    if (entries.put(-entry.id(), entry) == null) {
      size.incrementAndGet();
    }
  }

  void remove(JobEntry entry) {
    if (entries.remove(-entry.id()) != null) {
      size.decrementAndGet();
    }
  }

  int size() {
    return size.get();
  }

  JobEntry find(long id) {
    return entries.get(-id);
  }

  /** Those with a lower number, the newest first. */
  Iterator<JobEntry> before(long id) {
    return entries.tailMap(-id, false).values().iterator();
  }

  /** The oldest first. */
  Iterator<JobEntry> oldestFirst() {
    return entries.descendingMap().values().iterator();
  }
}
