package org.queqiao.accounting.ledger;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;

/**
 * What stands on a statement and is no usage.
 *
 * @param transaction its transaction in the ledger
 * @param kind what it is
 * @param project whose statement
 * @param month {@code YYYY-MM} in the billing zone, of its posting
 * @param user whose run it is for, or empty
 * @param run which run, or null
 * @param cause why the run ended, or the transaction that is corrected
 * @param reason in words
 * @param amountMicro what the project gets; below zero what it pays
 * @param currency ISO 4217 code
 * @param position of the fact that caused it
 */
public record StatementEntry(
    String transaction,
    Kind kind,
    ProjectName project,
    String month,
    String user,
    RunId run,
    String cause,
    String reason,
    long amountMicro,
    String currency,
    long position) {
  /** What stands beside usage. */
  public enum Kind {
    /** A part of what a run cost goes back for the cause of its end. */
    REFUND,
    /** Two people corrected something. */
    CORRECTION,
    /** What a run pays more than its lines, because its price has a minimum. */
    MINIMUM
  }
}
