package org.queqiao.accounting.statement;

/**
 * How far a statement is.
 *
 * @param state of it
 * @param number as {@code 2026-000017}, or empty before it is closed
 * @param closedMs when it was closed, or 0
 * @param paidOn the day of the payment, {@code YYYY-MM-DD}, or empty
 * @param reference of the payment, or empty
 */
public record Standing(State state, String number, long closedMs, String paidOn, String reference) {
  /** Its month is open. */
  public static final Standing DRAFT = new Standing(State.DRAFT, "", 0, "", "");

  /** In this order. */
  public enum State {
    /** What is told of the month goes into it. */
    DRAFT,
    /** One person has checked the month; what is told now stands in the open one. */
    CHECKED,
    /** A second person has closed the month: it has its number and stays as it is. */
    CLOSED,
    /** Two people say that it was paid. */
    PAID
  }

  /** A number of a fiscal year. */
  public static String number(int fiscalYear, long serial) {
    return String.format("%04d-%06d", fiscalYear, serial);
  }
}
