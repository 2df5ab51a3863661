package org.queqiao.contract.money;

import java.util.List;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;

/** What finance changes by two people. A new kind of change is a new record here. */
public sealed interface MoneyChange {
  /**
   * Money goes into the wallet of a project.
   *
   * @param project whose wallet
   * @param amountMicro positive, micro-units of the currency
   * @param currency ISO 4217 code
   */
  record TopUp(ProjectName project, long amountMicro, String currency) implements MoneyChange {}

  /** A price holds from an instant on that is not past when it is approved. */
  record Price(PriceItem item) implements MoneyChange {}

  /**
   * Runs that end for this cause give back a part of what they cost.
   *
   * @param cause why they ended
   * @param permille how much of it, from 0 to 1000
   * @param validFromMs for ends from this instant on, not past when it is approved
   */
  record RefundRule(RefundCause cause, int permille, long validFromMs, boolean sinceCheckpoint)
      implements MoneyChange {
    /** One of what the whole run cost. */
    public RefundRule(RefundCause cause, int permille, long validFromMs) {
      this(cause, permille, validFromMs, false);
    }
  }

  /**
   * A correction of what was posted, in the open period.
   *
   * @param project whose wallet
   * @param amountMicro what the wallet gets; below zero what it pays
   * @param currency ISO 4217 code
   * @param corrects the transaction of the ledger that it corrects
   */
  record Correction(ProjectName project, long amountMicro, String currency, String corrects)
      implements MoneyChange {}

  /**
   * From an instant on a project is a customer of this class: prices may name it.
   *
   * @param project whose class
   * @param customerClass as {@code internal}, {@code partner} or {@code external}; empty for none
   * @param validFromMs not past when it is approved
   */
  record CustomerClass(ProjectName project, String customerClass, long validFromMs)
      implements MoneyChange {}

  /**
   * From an instant on the runs of a project that start are paid from the wallet of another one.
   *
   * @param project whose runs
   * @param payer whose wallet; null for its own again
   * @param validFromMs not past when it is approved
   */
  record ProjectPayer(ProjectName project, ProjectName payer, long validFromMs)
      implements MoneyChange {}

  /**
   * What an hour of a resource is in standard core-hours, from an instant on.
   *
   * @param nodeType on which kind of nodes, or empty for any
   * @param resource cores or accelerators
   * @param device of accelerators as in {@link PriceTerms}, or empty for any
   * @param standardPermille thousandths of a standard core-hour for one hour of one of them
   * @param validFromMs not past when it is approved
   */
  record Conversion(
      String nodeType, Resource resource, String device, long standardPermille, long validFromMs)
      implements MoneyChange {
    /** Whether it is for such use. */
    public boolean covers(Use use) {
      return resource == use.resource()
          && (nodeType.isEmpty() || nodeType.equals(use.nodeType()))
          && use.isOf(device);
    }

    /** How exactly it names what it is for. */
    public int rank() {
      return (nodeType.isEmpty() ? 0 : 4)
          + (device.isEmpty() ? 0 : 1)
          + (device.indexOf(':') < 0 ? 0 : 1);
    }
  }

  /**
   * Money goes back to a project, in the open period.
   *
   * @param project whose wallet
   * @param amountMicro positive, micro-units of the currency
   * @param currency ISO 4217 code
   * @param transaction of the ledger for which it is
   * @param cause why
   * @param dispute which it answers, or 0
   * @param disputedBy who opened that dispute, and does not approve; null where nobody is known
   * @param toldAs of a run elsewhere how often it had been told then: what goes back goes with its
   *     charge when it is told otherwise; 0 of others, and in facts from before that was kept
   */
  record Refund(
      ProjectName project,
      long amountMicro,
      String currency,
      String transaction,
      RefundReason cause,
      long dispute,
      Actor disputedBy,
      int toldAs)
      implements MoneyChange {
    /** One that answers a dispute. */
    public Refund(
        ProjectName project,
        long amountMicro,
        String currency,
        String transaction,
        RefundReason cause,
        long dispute,
        Actor disputedBy) {
      this(project, amountMicro, currency, transaction, cause, dispute, disputedBy, 0);
    }

    /** A refund by name that answers no dispute. */
    public Refund(
        ProjectName project,
        long amountMicro,
        String currency,
        String transaction,
        RefundReason cause) {
      this(project, amountMicro, currency, transaction, cause, 0, null);
    }

    /** The same of a run that was told so often. */
    public Refund toldAs(int revision) {
      return new Refund(
          project, amountMicro, currency, transaction, cause, dispute, disputedBy, revision);
    }
  }

  /**
   * The wallet of a project may be taken so far below zero by starts of jobs.
   *
   * @param project whose wallet
   * @param creditMicro from 0, micro-units of the currency
   * @param currency ISO 4217 code
   */
  record CreditLine(ProjectName project, long creditMicro, String currency)
      implements MoneyChange {}

  /** A budget of money holds from its approval on as it says, or ends. */
  record Budget(BudgetTerms terms) implements MoneyChange {}

  /** A contract holds as it says. */
  record Contract(ContractTerms terms) implements MoneyChange {}

  /** A project has core-hours beside its wallet. */
  record NewAllowance(Allowance allowance) implements MoneyChange {}

  /** From the approval on runs take of allowances in another order. */
  record OrderOfAllowances(AllowanceOrder order) implements MoneyChange {}

  /**
   * A month is checked when this is proposed and closed when it is approved: what is told of it
   * later stands in the open month.
   *
   * @param month {@code YYYY-MM} in the billing zone
   * @param toMs the first instant after it
   * @param fiscalYear whose numbers its statements get
   * @param postsRunning whether the check posts what runs that go on have used until its end
   * @param settlesWallets whether the close fixes what wallets have paid of its statements
   */
  record CloseMonth(
      String month, long toMs, int fiscalYear, boolean postsRunning, boolean settlesWallets)
      implements MoneyChange {
    /** One from before wallets were asked. */
    public CloseMonth(String month, long toMs, int fiscalYear, boolean postsRunning) {
      this(month, toMs, fiscalYear, postsRunning, false);
    }

    /** One that waits for the end of runs. */
    public CloseMonth(String month, long toMs, int fiscalYear) {
      this(month, toMs, fiscalYear, false);
    }
  }

  /**
   * A statement of a closed month was paid, or its payment went back.
   *
   * @param project whose statement
   * @param month {@code YYYY-MM}
   * @param paidOn the day, {@code YYYY-MM-DD}
   * @param reference of the payment, as the bank has it
   * @param amounts what was paid with its tax, one for each currency; none in logs from before it
   *     was posted, and where the payment went back
   * @param takenBack whether the payment went back
   * @param currency in which alone the statement was paid; empty for all that it asks for
   */
  record StatementPaid(
      ProjectName project,
      String month,
      String paidOn,
      String reference,
      List<PaidAmount> amounts,
      boolean takenBack,
      String currency)
      implements MoneyChange {
    public StatementPaid {
      amounts = List.copyOf(amounts);
    }

    /** One of all that it asks for. */
    public StatementPaid(
        ProjectName project,
        String month,
        String paidOn,
        String reference,
        List<PaidAmount> amounts,
        boolean takenBack) {
      this(project, month, paidOn, reference, amounts, takenBack, "");
    }

    /** One of which nothing is posted. */
    public StatementPaid(ProjectName project, String month, String paidOn, String reference) {
      this(project, month, paidOn, reference, List.of(), false);
    }
  }

  /** What was paid in a currency, in micro-units. */
  record PaidAmount(String currency, long amountMicro) {}

  /**
   * The postings and segments of a month that is closed and paid go from the database into files.
   *
   * @param month {@code YYYY-MM} in the billing zone
   */
  record ArchiveMonth(String month) implements MoneyChange {}

  /**
   * What of the bounds on every job is a matter of money.
   *
   * @param billsSuspendedTime whether the cores of a suspended run are billed; it keeps them
   * @param budgetGate whether a job of a project with a wallet waits until that can pay for it
   */
  record JobBilling(boolean billsSuspendedTime, boolean budgetGate) implements MoneyChange {}

  /**
   * A price that was approved holds no more from an instant on; one that has not begun then never
   * holds.
   *
   * @param price the proposal that brought it
   * @param item as it was approved
   * @param fromMs the first instant at which it holds no more, or 0 for the approval
   * @param byNumber whether it ends the price of that number alone; false in facts from before
   *     numbers were kept, which ended every price that was the same
   */
  record PriceEnd(long price, PriceItem item, long fromMs, boolean byNumber)
      implements MoneyChange {
    /** As it was said before numbers were kept. */
    public PriceEnd(long price, PriceItem item, long fromMs) {
      this(price, item, fromMs, false);
    }

    /** Whether it is this price that ends. */
    public boolean isOf(AgreedPrice agreed) {
      return byNumber && agreed.number() != 0
          ? agreed.number() == price
          : agreed.item().isSame(item);
    }
  }

  /**
   * What statements of months that end after an instant have of tax.
   *
   * @param basisPoints hundredths of a per cent of what is to be paid
   * @param validFromMs not past when it is approved
   */
  record TaxRate(int basisPoints, long validFromMs) implements MoneyChange {}

  /**
   * From a month on fiscal years begin with another month.
   *
   * @param start with which, from 1 to 12
   * @param month {@code YYYY-MM} in the billing zone, the first that counts so
   * @param fromMs its first instant, not past when it is approved
   */
  record FiscalYear(int start, String month, long fromMs) implements MoneyChange {}

  /** Whose money or prices it is about, or null where it is about those of all. */
  default ProjectName project() {
    return switch (this) {
      case Budget each -> each.terms().project();
      case CustomerClass each -> each.project();
      case ProjectPayer each -> each.project();
      case NewAllowance each -> each.allowance().project();
      case StatementPaid each -> each.project();
      case Contract each -> each.terms().project();
      case TopUp _, Correction _, Refund _, CreditLine _ -> wallet();
      case Price _,
          RefundRule _,
          Conversion _,
          OrderOfAllowances _,
          CloseMonth _,
          ArchiveMonth _,
          JobBilling _,
          PriceEnd _,
          FiscalYear _,
          TaxRate _ ->
          null;
    };
  }

  /** Whose wallet it moves, or null where it moves none by itself. */
  default ProjectName wallet() {
    return switch (this) {
      case TopUp each -> each.project();
      case Correction each -> each.project();
      case Refund each -> each.project();
      case CreditLine each -> each.project();
      case Price _,
          RefundRule _,
          CustomerClass _,
          ProjectPayer _,
          Conversion _,
          Budget _,
          Contract _,
          NewAllowance _,
          OrderOfAllowances _,
          CloseMonth _,
          StatementPaid _,
          ArchiveMonth _,
          JobBilling _,
          PriceEnd _,
          FiscalYear _,
          TaxRate _ ->
          null;
    };
  }
}
