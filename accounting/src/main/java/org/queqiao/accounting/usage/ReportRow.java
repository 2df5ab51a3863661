package org.queqiao.accounting.usage;

import java.util.List;

/**
 * One row of a report on usage.
 *
 * @param keys one for each thing that is grouped by, in the order asked for
 * @param coreMs core-milliseconds
 * @param chargeMicro what was charged for it
 * @param currency of the charge, or empty
 * @param standardMs milliseconds of standard core-hours; null where they are not told
 * @param before the same of the period before, without one of its own; null where it is not asked
 *     for
 */
public record ReportRow(
    List<String> keys,
    long coreMs,
    long chargeMicro,
    String currency,
    Long standardMs,
    ReportRow before) {
  public ReportRow {
    keys = List.copyOf(keys);
  }

  /** A row by itself. */
  public ReportRow(
      List<String> keys, long coreMs, long chargeMicro, String currency, Long standardMs) {
    this(keys, coreMs, chargeMicro, currency, standardMs, null);
  }

  /** What rows of one group are named by. */
  String name() {
    return String.join("\n", keys) + "\n\n" + currency;
  }

  /** Both together, under the keys of this. */
  ReportRow plus(ReportRow other) {
    return new ReportRow(
        keys,
        Math.addExact(coreMs, other.coreMs),
        Math.addExact(chargeMicro, other.chargeMicro),
        currency,
        standardMs == null || other.standardMs == null
            ? null
            : Math.addExact(standardMs, other.standardMs));
  }

  ReportRow after(ReportRow earlier) {
    return new ReportRow(keys, coreMs, chargeMicro, currency, standardMs, earlier);
  }
}
