package org.queqiao.server.http;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.queqiao.accounting.sql.LedgerUnavailable;

/**
 * Reads the whole ledger for the check of a month, one month at a time, and longer than a call may
 * last: who asks waits for a while and is told to ask again; the reading goes on, and what it finds
 * is kept for the next who asks.
 */
final class MonthChecks {
  /** So long a call waits. */
  static final long WAIT_MS = 20_000;

  /** So long what was found is kept for whoever asks again. */
  static final long KEEP_MS = 600_000;

  private final Function<String, List<String>> reading;
  private final long waitMs;
  private final LongSupplier clock;
  private Reading last;

  private static final class Reading {
    private final String month;
    private final long sinceMs;
    private final CompletableFuture<List<String>> found = new CompletableFuture<>();
    private volatile long doneMs;

    private Reading(String month, long sinceMs) {
      this.month = month;
      this.sinceMs = sinceMs;
    }
  }

  /**
   * Checks by a reading.
   *
   * @param reading what is wrong with the books of a month
   * @param waitMs how long a call waits
   * @param clock milliseconds
   */
  MonthChecks(Function<String, List<String>> reading, long waitMs, LongSupplier clock) {
    this.reading = reading;
    this.waitMs = waitMs;
    this.clock = clock;
  }

  /**
   * What is wrong with the books of a month.
   *
   * @throws Refused while it is being found out, for this month or another
   */
  List<String> of(String month) {
    Reading own = begun(month);
    try {
      List<String> found = own.found.get(waitMs, TimeUnit.MILLISECONDS);
      forget(own);
      return found;
    } catch (TimeoutException e) {
      throw Refused.busy(going(own) + ": ask again, and what it finds is kept for you");
    } catch (ExecutionException e) {
      forget(own);
      if (e.getCause() instanceof LedgerUnavailable away) {
        throw away;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.busy(going(own));
    }
  }

  private synchronized Reading begun(String month) {
    boolean old = last != null && last.found.isDone() && clock.getAsLong() - last.doneMs > KEEP_MS;
    if (last != null && !old && (!last.found.isDone() || last.month.equals(month))) {
      if (!last.month.equals(month)) {
        throw Refused.busy(going(last) + ": ask for another month when it is done");
      }
      return last;
    }
    Reading begun = new Reading(month, clock.getAsLong());
    last = begun;
    Thread.startVirtualThread(() -> read(begun));
    return begun;
  }

  private void read(Reading one) {
    try {
      List<String> found = reading.apply(one.month);
      one.doneMs = clock.getAsLong();
      one.found.complete(found);
    } catch (RuntimeException | Error failure) {
      one.doneMs = clock.getAsLong();
      one.found.completeExceptionally(failure);
    }
  }

  /** What was told once is not told again: the next check reads anew. */
  private synchronized void forget(Reading told) {
    if (last == told) {
      last = null;
    }
  }

  private String going(Reading one) {
    return "the books of month "
        + one.month
        + " are being read since "
        + (clock.getAsLong() - one.sinceMs) / 1_000
        + " s";
  }
}
