package org.queqiao.accounting.ledger;

import java.util.Optional;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.id.RunId;

/** How far the days of runs that go on are posted. */
public final class DaysPosted {
  /** A day waits so long for what is told late of it. */
  private static final long WAIT_MS = 600_000;

  private final BillingCalendar calendar;
  private Mark mark;
  private long nextMs;
  private boolean changed;

  /**
   * How far.
   *
   * @param edgeMs days before this instant are posted, or being posted
   * @param after of the runs up to this one, by number; null for none
   * @param all whether of all runs
   */
  public record Mark(long edgeMs, RunId after, boolean all) {
    /** Nothing yet. */
    public static final Mark NONE = new Mark(0, null, true);
  }

  /** Goes on from there. */
  public DaysPosted(BillingCalendar calendar, Mark mark) {
    this.calendar = calendar;
    this.mark = mark;
    this.nextMs = mark.edgeMs() == 0 ? Long.MIN_VALUE : nextMs(mark.edgeMs());
  }

  private long nextMs(long edgeMs) {
    return calendar.nextDayMs(edgeMs) + WAIT_MS;
  }

  /** Whether days are to be posted with a fact of this time. */
  boolean isDue(long timeMs) {
    if (timeMs >= nextMs) {
      long edgeMs = calendar.startMs(calendar.day(timeMs - WAIT_MS));
      nextMs = nextMs(edgeMs);
      go(new Mark(edgeMs, null, false));
    }
    return !mark.all();
  }

  /** Days before this instant are due. */
  long edgeMs() {
    return mark.edgeMs();
  }

  /** The last run that has them, or null. */
  RunId after() {
    return mark.after();
  }

  /** Runs up to this one have their days; all where it is null. */
  void posted(RunId until) {
    go(new Mark(mark.edgeMs(), until, until == null));
  }

  private void go(Mark next) {
    mark = next;
    changed = true;
  }

  /** How far, where that has changed since this was asked. */
  public Optional<Mark> take() {
    boolean was = changed;
    changed = false;
    return was ? Optional.of(mark) : Optional.empty();
  }
}
