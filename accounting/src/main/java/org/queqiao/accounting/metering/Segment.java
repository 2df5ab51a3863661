package org.queqiao.accounting.metering;

import java.time.LocalDate;
import org.queqiao.contract.price.Price;

/**
 * A part of a run within one billing day and under one price.
 *
 * @param fromMs first instant
 * @param toMs first instant after it
 * @param cores cores held all the while
 * @param day the billing day
 * @param price what a core-hour costs
 */
public record Segment(long fromMs, long toMs, long cores, LocalDate day, Price price) {
  public Segment {
    if (toMs <= fromMs || cores <= 0) {
      throw new IllegalArgumentException("a segment has cores and a duration");
    }
  }

  /** Core-milliseconds, exactly. */
  public long coreMs() {
    return Math.multiplyExact(cores, Math.subtractExact(toMs, fromMs));
  }
}
