package org.queqiao.accounting.ledger;

import java.util.Optional;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/**
 * One line of the ledger.
 *
 * @param id the same for the same cause, whenever and however often it is computed
 * @param transaction the transaction it belongs to; its postings sum to zero in each unit
 * @param account where the amount goes
 * @param unit what is counted
 * @param currency ISO 4217 code for money, else empty
 * @param amount signed
 * @param run the run it is for, or null
 * @param position of the fact that caused it
 * @param timeMs logical time of that fact
 * @param line the statement line it belongs to, or null
 */
public record Posting(
    String id,
    String transaction,
    String account,
    Unit unit,
    String currency,
    long amount,
    RunId run,
    long position,
    long timeMs,
    LineKey line) {
  /** The job whose run a transaction names, if it names one. */
  public static Optional<JobId> jobOf(String transaction) {
    return RunId.ofTransaction(transaction).map(RunId::job);
  }
}
