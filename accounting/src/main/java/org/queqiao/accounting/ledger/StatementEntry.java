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
 * @param coreMs core time of an allowance, or 0
 * @param people who agreed to it, where people did
 * @param forProject for whose run it is where that is another project; null for the project itself
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
    long position,
    long coreMs,
    People people,
    ProjectName forProject) {
  /**
   * Who proposed an entry and who approved it.
   *
   * @param proposedBy as actors are written
   * @param approvedBy the same
   */
  public record People(String proposedBy, String approvedBy) {
    /** A rule, or a price. */
    public static final People NONE = new People("", "");
  }

  /** An entry that no people agreed to, or before it is told who did. */
  public StatementEntry(
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
      long position,
      long coreMs) {
    this(
        transaction,
        kind,
        project,
        month,
        user,
        run,
        cause,
        reason,
        amountMicro,
        currency,
        position,
        coreMs,
        People.NONE,
        null);
  }

  /** An entry of money alone. */
  public StatementEntry(
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
    this(
        transaction,
        kind,
        project,
        month,
        user,
        run,
        cause,
        reason,
        amountMicro,
        currency,
        position,
        0);
  }

  /** The same on the statement of who pays, where that is another project. */
  StatementEntry paidBy(ProjectName payer) {
    return payer.equals(project)
        ? this
        : new StatementEntry(
            transaction,
            kind,
            payer,
            month,
            user,
            run,
            cause,
            reason,
            amountMicro,
            currency,
            position,
            coreMs,
            people,
            project);
  }

  /** Whose run it is for, or empty where that is one of the project itself. */
  public String forProjectName() {
    return forProject == null ? "" : forProject.value();
  }

  /** A second entry of the same transaction, in another currency. */
  StatementEntry also(String inCurrency) {
    return new StatementEntry(
        transaction + "/" + inCurrency,
        kind,
        project,
        month,
        user,
        run,
        cause,
        reason,
        amountMicro,
        currency,
        position,
        coreMs,
        people,
        forProject);
  }

  /** The same of so much money and core time. */
  StatementEntry of(long micro, String inCurrency, long allowanceMs) {
    return new StatementEntry(
        transaction,
        kind,
        project,
        month,
        user,
        run,
        cause,
        reason,
        micro,
        inCurrency,
        position,
        allowanceMs,
        people,
        forProject);
  }

  /** The same and what another took or gave after it. */
  public StatementEntry plus(StatementEntry other) {
    return new StatementEntry(
        transaction,
        kind,
        project,
        month,
        user,
        run,
        cause,
        reason,
        Math.addExact(amountMicro, other.amountMicro()),
        currency,
        other.position(),
        Math.addExact(coreMs, other.coreMs()),
        people,
        forProject);
  }

  /** What stands beside usage. */
  public enum Kind {
    /** A part of what a run cost goes back for the cause of its end. */
    REFUND,
    /** Two people corrected something. */
    CORRECTION,
    /** What a run pays more than its lines, because its price has a minimum. */
    MINIMUM,
    /** What an allowance of core-hours paid of a run. */
    ALLOWANCE,
    /** Core-hours of an allowance that were left at its end. */
    ALLOWANCE_EXPIRED,
    /** Core-hours that came back to an allowance for the cause of the end of a run. */
    ALLOWANCE_REFUND
  }
}
