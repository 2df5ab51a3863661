package org.queqiao.accounting.usage;

/** A report has more groups than are kept in memory. */
public final class ReportTooLarge extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ReportTooLarge(int most) {
    super("the report has more than " + most + " groups: name fewer things in by, or fewer months");
  }
}
