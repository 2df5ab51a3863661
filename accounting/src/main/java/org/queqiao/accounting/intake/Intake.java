package org.queqiao.accounting.intake;

import java.util.List;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.contract.event.LoggedEvent;
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
  private static final int BATCH = 500;

  private final Ledger ledger;
  private volatile boolean closed;
  private volatile long position;
  private volatile String trouble = "";

  public Intake(Ledger ledger) {
    this.ledger = ledger;
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

  @Override
  public void close() {
    closed = true;
  }
}
