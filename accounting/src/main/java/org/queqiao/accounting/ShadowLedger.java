package org.queqiao.accounting;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.ledger.Bookkeeper;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;

/**
 * The books of a log in memory, kept with the same code as the ledger's, and what must hold of
 * them.
 */
public final class ShadowLedger {
  private final Bookkeeper bookkeeper;
  private final MemoryBooks books;
  private long position;

  public ShadowLedger(BillingCalendar calendar) {
    bookkeeper = new Bookkeeper(calendar);
    books = new MemoryBooks(calendar);
  }

  /** Records the next fact; one that was recorded before changes nothing. */
  public void record(LoggedEvent event) {
    if (event.position() <= position) {
      return;
    }
    bookkeeper.record(event, books);
    position = event.position();
  }

  public MemoryBooks books() {
    return books;
  }

  /** Transactions whose postings do not sum to zero in some unit; empty when the books balance. */
  public List<String> unbalanced() {
    Map<String, Long> sums = new TreeMap<>();
    for (Posting posting : books.postings()) {
      sums.merge(
          posting.transaction() + " " + posting.unit() + " " + posting.currency(),
          posting.amount(),
          Math::addExact);
    }
    List<String> wrong = new ArrayList<>();
    sums.forEach((key, sum) -> {
      if (sum != 0) {
        wrong.add(key + " is off by " + sum);
      }
    });
    return wrong;
  }
}
