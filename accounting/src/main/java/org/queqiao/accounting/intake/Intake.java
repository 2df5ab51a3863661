package org.queqiao.accounting.intake;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.accounting.sql.MonthReads;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.money.MoneyChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the committed facts into the ledger. Whoever delivers them calls {@link #take} from one
 * thread, which waits while the database is away: the facts wait in the log, and nothing is
 * dropped.
 */
public final class Intake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final long FIRST_WAIT_MS = 100;
  private static final long LAST_WAIT_MS = 10_000;

  /** So many facts are handed over at once; the ledger cuts them where a batch is full. */
  private static final int BATCH = 100_000;

  /** Logical time after which it is asked again whether a head is due. */
  private static final long LOOK_EVERY_MS = 10_000;

  /** A month that could not be signed is tried again after so long. */
  private static final long SIGN_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Ledger ledger;
  private final HeadFile witness;
  private volatile boolean closed;
  private volatile long position;
  private volatile String trouble = "";
  private long lookedMs;
  private boolean monthsDue = true;
  private long monthsAgainNanos = System.nanoTime();

  /** An intake that signs no heads. */
  public Intake(Ledger ledger) {
    this(ledger, null);
  }

  /**
   * An intake that signs the end of the chain now and then.
   *
   * @param witness where heads go, or null
   */
  public Intake(Ledger ledger, HeadFile witness) {
    this.ledger = ledger;
    this.witness = witness;
    this.position = ledger.position();
  }

  /** The last position in the books. */
  public long position() {
    return position;
  }

  /** Why the database could not be written, or empty. */
  public String trouble() {
    return trouble;
  }

  /** Takes facts in; returns when they are in the books, or when this is closed. */
  public void take(List<LoggedEvent> events) throws InterruptedException {
    for (int from = 0; from < events.size() && !closed; from += BATCH) {
      takeBatch(events.subList(from, Math.min(events.size(), from + BATCH)));
    }
  }

  private void takeBatch(List<LoggedEvent> events) throws InterruptedException {
    long wait = FIRST_WAIT_MS;
    while (!closed) {
      try {
        ledger.record(events);
        position = Math.max(position, events.getLast().position());
        trouble = "";
        sign(events.getLast().timeMs(), false);
        signMonths(events);
        return;
      } catch (LedgerUnavailable e) {
        if (trouble.isEmpty()) {
          LOG.warn("intake waits at position {}: {}", position, e.getMessage());
        }
        trouble = e.getMessage();
        Thread.sleep(wait);
        wait = Math.min(wait * 2, LAST_WAIT_MS);
      }
    }
  }

  /** A head that cannot be written stops no bill: it is said, and the next one covers more. */
  private synchronized void sign(long timeMs, boolean atEnd) {
    if (witness == null) {
      return;
    }
    try {
      if (!atEnd && timeMs - lookedMs < LOOK_EVERY_MS && timeMs >= lookedMs) {
        return;
      }
      lookedMs = timeMs;
      Ledger.End end = ledger.end();
      if (atEnd ? witness.isBehind(end.seq()) : witness.isDue(end.seq(), end.timeMs())) {
        witness.append(end.position(), end.seq(), end.hash(), end.timeMs());
      }
    } catch (LedgerUnavailable away) {
      LOG.debug("the next head of the ledger is signed later: {}", away.getMessage());
    } catch (IOException failed) {
      LOG.warn("a head of the ledger could not be kept: {}", failed.getMessage());
    }
  }

  /** Months that these facts closed, and at the begin those that no crash has let be signed. */
  private synchronized void signMonths(List<LoggedEvent> events) {
    boolean more =
        events.stream()
            .anyMatch(each ->
                each.event() instanceof MoneyDecided decided
                    && decided.change() instanceof MoneyChange.CloseMonth);
    monthsDue |= more;
    boolean soon = !more && System.nanoTime() - monthsAgainNanos < 0;
    if (witness == null || !monthsDue || soon) {
      return;
    }
    try {
      boolean all = true;
      for (MonthReads.Row each : ledger.reads().months().list()) {
        all &= !each.closed() || signed(each);
      }
      monthsDue = !all;
      monthsAgainNanos = System.nanoTime() + SIGN_AGAIN_NANOS;
    } catch (LedgerUnavailable away) {
      LOG.debug("a closed month is signed later: {}", away.getMessage());
    }
  }

  /** One that cannot be signed keeps no other from it. */
  private boolean signed(MonthReads.Row closed) {
    try {
      witness.append(closed.unsigned());
      return true;
    } catch (IOException failed) {
      LOG.warn("closed month {} could not be signed: {}", closed.month(), failed.getMessage());
      return false;
    }
  }

  /**
   * Nothing is delivered any more, which is said loudly: the books stand still from here on.
   *
   * @param cause what stopped it
   */
  public void stopped(Throwable cause) {
    if (!closed) {
      trouble = "the books stop at position " + position + ": " + cause;
      LOG.error("the books stop behind position {}", position, cause);
    }
  }

  @Override
  public void close() {
    closed = true;
    sign(Long.MAX_VALUE, true);
  }
}
