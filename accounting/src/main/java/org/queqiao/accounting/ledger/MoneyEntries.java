package org.queqiao.accounting.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;

/**
 * What is posted that is no usage: money paid in, corrections, refunds. A refund is taken out of
 * {@code refunds:Q} of its partition and a correction out of {@code corrections:P} of its project,
 * so that what was earned stays as it was posted.
 */
final class MoneyEntries {
  private final BillingCalendar calendar;

  MoneyEntries(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  static void funded(WalletFunded e, LoggedEvent logged, Books books) {
    fund(e.project(), e.amountMicro(), e.currency(), logged, books);
  }

  /** The month that a proposal checks, or null. */
  static MoneyChange.CloseMonth checks(MoneyProposed e, Books books) {
    return e.change() instanceof MoneyChange.CloseMonth each
            && books.months().isOpen(each.month())
            && books.months().checked().isEmpty()
        ? each
        : null;
  }

  static void proposed(MoneyProposed e, LoggedEvent logged, Books books) {
    books.propose(e, logged);
    MoneyChange.CloseMonth each = checks(e, books);
    if (each != null) {
      books.months().check(each.month(), e.proposal());
      books.monthBooks().check(each, e, logged);
    }
  }

  void decided(MoneyDecided e, LoggedEvent logged, Books books) {
    books.decide(e, logged);
    if (e.change() instanceof MoneyChange.CloseMonth each
        && books.months().isCheck(each.month(), e.proposal())) {
      if (e.approved()) {
        books.monthBooks().close(each, e, calendar.day(logged.timeMs()).toString(), logged);
      } else {
        books.monthBooks().open(each);
      }
      books.months().decided(e.approved());
    }
    if (!e.approved()) {
      return;
    }
    switch (e.change()) {
      case MoneyChange.TopUp each ->
          fund(each.project(), each.amountMicro(), each.currency(), logged, books);
      case MoneyChange.Price each -> books.tariffs().add(e.proposal(), each.item());
      case MoneyChange.PriceEnd each -> books.tariffs().end(each);
      case MoneyChange.CustomerClass each -> books.tariffs().add(each);
      case MoneyChange.ProjectPayer each -> books.tariffs().add(each);
      case MoneyChange.Conversion each -> books.tariffs().add(each);
      case MoneyChange.RefundRule each -> books.refunds().add(each);
      case MoneyChange.CreditLine each ->
          books.putCredit(each.project(), each.currency(), each.creditMicro());
      case MoneyChange.Refund each -> giveBack(e, each, logged, books);
      case MoneyChange.Budget each -> books.putBudget(each.terms(), e.reason(), logged);
      case MoneyChange.Contract each -> books.tariffs().add(each.terms());
      case MoneyChange.NewAllowance each ->
          Allowing.add(e.proposal(), each.allowance(), logged, books);
      case MoneyChange.OrderOfAllowances each -> books.allowances().order(each.order());
      case MoneyChange.Correction each -> correct(e, each, logged, books);
      case MoneyChange.StatementPaid each -> books.monthBooks().paid(each, logged);
      case MoneyChange.ArchiveMonth each -> books.monthBooks().archive(each, e);
      // Postings are of months; of which fiscal year one is counts where it is closed or told.
      case MoneyChange.CloseMonth _,
          MoneyChange.JobBilling _,
          MoneyChange.TaxRate _,
          MoneyChange.FiscalYear _ -> {}
    }
  }

  private static void fund(
      ProjectName project, long micro, String currency, LoggedEvent logged, Books books) {
    books.putPrepaid(project, currency);
    Entry entry = new Entry("fund/" + logged.position(), null, logged, null);
    books.post(
        List.of(
            entry.money("wallet:" + project, currency, micro),
            entry.money("funding:" + project, currency, Math.negateExact(micro))));
  }

  private void correct(
      MoneyDecided e, MoneyChange.Correction change, LoggedEvent logged, Books books) {
    Entry entry = new Entry("correct/" + logged.position(), null, logged, null);
    moved(entry, change.project(), change.amountMicro(), change.currency(), books);
    note(
        entry,
        StatementEntry.Kind.CORRECTION,
        change.project(),
        change.project(),
        "",
        change.corrects(),
        e.reason(),
        change.amountMicro(),
        change.currency(),
        books);
  }

  /** To the wallet that paid for it. */
  private void giveBack(
      MoneyDecided e, MoneyChange.Refund change, LoggedEvent logged, Books books) {
    Entry entry = new Entry("given/" + logged.position(), null, logged, null);
    PaidRun paid =
        RunId.ofTransaction(change.transaction())
            .flatMap(books::paidRun)
            .filter(each -> each.isOf(change.project()))
            .orElse(new PaidRun(change.project(), change.project()));
    moved(entry, paid.payer(), change.amountMicro(), change.currency(), books);
    if (change.toldAs() > 0) {
      Posting.jobOf(change.transaction())
          .flatMap(books::observed)
          .filter(told -> told.run().run().project().equals(paid.project()))
          .ifPresent(
              told -> books.putObserved(told.given(change.currency(), change.amountMicro())));
    }
    note(
        entry,
        StatementEntry.Kind.REFUND,
        paid.payer(),
        paid.project(),
        user(change, paid.project(), books),
        change.cause().name(),
        change.transaction() + ": " + e.reason(),
        change.amountMicro(),
        change.currency(),
        books);
  }

  /** Whose charge it was for which money goes back, so that a budget of that user has it again. */
  private static String user(MoneyChange.Refund change, ProjectName project, Books books) {
    return Posting.jobOf(change.transaction())
        .flatMap(books::job)
        .filter(job -> job.project().equals(project))
        .map(job -> job.user().value())
        .orElse("");
  }

  private static void moved(
      Entry entry, ProjectName project, long micro, String currency, Books books) {
    books.post(
        List.of(
            entry.money("wallet:" + project, currency, micro),
            entry.money("corrections:" + project, currency, Math.negateExact(micro))));
  }

  /**
   * Adds an entry.
   *
   * @param payer on whose statement it stands
   * @param project for whose run or money it is
   */
  private void note(
      Entry entry,
      StatementEntry.Kind kind,
      ProjectName payer,
      ProjectName project,
      String user,
      String cause,
      String reason,
      long micro,
      String currency,
      Books books) {
    books.note(
        new StatementEntry(
                entry.transaction(),
                kind,
                project,
                calendar.month(entry.logged().timeMs()),
                user,
                entry.run(),
                cause,
                reason,
                micro,
                currency,
                entry.logged().position())
            .paidBy(payer));
  }

  /**
   * Charges what a run pays more than it used, because its price has a minimum, or takes it back.
   *
   * @param costs what the run cost, by currency, to which this is added; below zero of what is
   *     taken back
   * @return the job with it
   */
  JobRow minimum(
      JobRow job,
      RunId run,
      long minimumMicro,
      Charges.Manner manner,
      Map<String, Long> costs,
      LoggedEvent logged,
      Books books) {
    String currency = job.currency();
    long cost = manner.signed(costs.getOrDefault(currency, 0L));
    long above = Math.subtractExact(minimumMicro, cost);
    if (above <= 0 || currency.isEmpty()) {
      return job;
    }
    long more = manner.signed(above);
    Entry entry =
        new Entry((manner.back() ? "reverse-minimum/" : "minimum/") + run, run, logged, null);
    books.post(
        List.of(
            entry.money("minimum:" + job.partition(), currency, more),
            entry.money(manner.payer() + job.wallet(), currency, Math.negateExact(more))));
    costs.merge(currency, more, Math::addExact);
    books.note(
        new StatementEntry(
                entry.transaction(),
                StatementEntry.Kind.MINIMUM,
                job.project(),
                calendar.month(logged.timeMs()),
                job.user().value(),
                run,
                "",
                "the least that a run costs",
                Math.negateExact(more),
                currency,
                logged.position())
            .paidBy(job.wallet()));
    return job.charged(0, more, currency);
  }

  /**
   * Gives back what the rules say for the cause of the end of a run.
   *
   * @param costs what the run cost, by currency
   * @param behind what of that was behind its last checkpoint
   * @param savedMs that checkpoint; 0 for none
   * @return what is given back, by currency
   */
  SortedMap<String, Long> refund(
      JobRow job,
      RunId run,
      RefundCause cause,
      long endMs,
      Map<String, Long> costs,
      Map<String, Long> behind,
      long savedMs,
      LoggedEvent logged,
      Books books) {
    boolean saved = savedMs > 0 && books.refunds().isSinceCheckpoint(cause, endMs);
    String reason = saved ? sinceCheckpoint(savedMs, job.detail()) : job.detail();
    TreeMap<String, Long> given = new TreeMap<>();
    costs.forEach((currency, cost) -> {
      long micro = books.refunds().refund(cause, endMs, cost, behind.getOrDefault(currency, 0L));
      if (micro == 0) {
        return;
      }
      Entry entry = new Entry("refund/" + run + "/" + currency, run, logged, null);
      refunded(job, entry, cause.name(), reason, micro, currency, books);
      given.put(currency, micro);
    });
    return given;
  }

  /** Takes back what was given back of a run that is told otherwise now. */
  void takeBack(
      JobRow job, RunId run, SortedMap<String, Long> given, LoggedEvent logged, Books books) {
    given.forEach((currency, micro) -> {
      Entry entry = new Entry("reverse-refund/" + run + "/" + currency, run, logged, null);
      refunded(
          job, entry, "", "it is told otherwise now", Math.negateExact(micro), currency, books);
    });
  }

  /**
   * What people gave back of a run that is told otherwise goes with what it costs: taken back as
   * far as it costs less than that, given again where it costs more.
   *
   * @param before what of it stood, by currency
   * @param now what of it stands
   */
  void givenAlong(
      JobRow job,
      RunId run,
      SortedMap<String, Long> before,
      SortedMap<String, Long> now,
      LoggedEvent logged,
      Books books) {
    before.forEach((currency, micro) -> {
      long more = Math.subtractExact(now.getOrDefault(currency, 0L), micro);
      if (more == 0) {
        return;
      }
      Entry entry = new Entry("given-along/" + run + "/" + currency, run, logged, null);
      moved(entry, job.wallet(), more, currency, books);
      note(
          entry,
          StatementEntry.Kind.REFUND,
          job.wallet(),
          job.project(),
          job.user().value(),
          "",
          "it is told otherwise now: what people gave back goes with it",
          more,
          currency,
          books);
    });
  }

  private void refunded(
      JobRow job,
      Entry entry,
      String cause,
      String reason,
      long micro,
      String currency,
      Books books) {
    books.post(
        List.of(
            entry.money("wallet:" + job.wallet(), currency, micro),
            entry.money("refunds:" + job.partition(), currency, Math.negateExact(micro))));
    books.note(
        new StatementEntry(
                entry.transaction(),
                StatementEntry.Kind.REFUND,
                job.project(),
                calendar.month(entry.logged().timeMs()),
                job.user().value(),
                entry.run(),
                cause,
                reason,
                micro,
                currency,
                entry.logged().position())
            .paidBy(job.wallet()));
  }

  private static String sinceCheckpoint(long savedMs, String detail) {
    String since = "since its checkpoint at " + Instant.ofEpochMilli(savedMs);
    return detail.isEmpty() ? since : since + ": " + detail;
  }
}
