package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/** Statements in two currencies, of a log from before a site had one, paid in one of them. */
final class CurrencyPaymentTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long UNIT = 1_000_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  private static final long DEC = SHANGHAI.startMs(LocalDate.parse("2026-12-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** 4.00 CNY and then 6.00 EUR in October, which is closed. */
  private static NodeLog october(long paidInMicro, boolean settles) {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    if (paidInMicro > 0) {
      log.add(new WalletFunded(History.CLIMATE, paidInMicro, "CNY", "grant"));
    }
    RunId first = log.at(OCT + HOUR_MS).start(4, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(first);
    log.add(new TariffDefined(History.BATCH, 2 * UNIT, "EUR", OCT + 3 * HOUR_MS));
    RunId second = log.at(OCT + 4 * HOUR_MS).start(3, "cn1");
    log.at(OCT + 5 * HOUR_MS).end(second).at(NOV + HOUR_MS / 2);
    close(log, "2026-10", NOV, settles);
    return log;
  }

  private static void close(NodeLog log, String month, long toMs, boolean settles) {
    log.twoPeople(new MoneyChange.CloseMonth(month, toMs, 2026, true, settles), true);
  }

  private static MoneyChange paidIn(String currency, long micro) {
    return new MoneyChange.StatementPaid(
        History.CLIMATE,
        "2026-10",
        "2026-11-20",
        "bank " + currency,
        List.of(new MoneyChange.PaidAmount(currency, micro)),
        false,
        currency);
  }

  private static MoneyChange back() {
    return new MoneyChange.StatementPaid(
        History.CLIMATE, "2026-10", "2026-11-25", "bank 18", List.of(), true);
  }

  private static void told(Ledger ledger, NodeLog log, MoneyChange change) {
    log.twoPeople(change, true);
    ledger.record(log.events());
  }

  /** State, and of each currency what the wallet and money have paid and what is left. */
  private static String standing(Ledger ledger) {
    Statement statement = ledger.reads().statement("climate", "2026-10");
    StringBuilder told = new StringBuilder(statement.standing().state().toString());
    for (Statement.Total each : statement.totals()) {
      told.append(
          ", %s wallet %d paid %d due %d"
              .formatted(
                  each.currency(),
                  each.settlement().walletMicro(),
                  each.settlement().paidMicro(),
                  each.payableMicro(statement.tax())));
    }
    return told.toString();
  }

  /** What was posted to the wallet for no run, in the order of the log. */
  private static List<String> posted(Ledger ledger) {
    return ledger.reads().walletPostings(History.CLIMATE, 100).reversed().stream()
        .map(each -> each.transaction().replaceAll("/[0-9]+$", "") + " " + each.amount())
        .toList();
  }

  @Test
  void eachCurrencyIsPaidByItselfAndTheStatementIsPaidWithTheLast() throws Exception {
    NodeLog log = october(0, true);
    database.create("each");
    try (Ledger ledger = database.open("each", SHANGHAI)) {
      ledger.record(log.events());
      String open = "CLOSED, CNY wallet 0 paid 0 due 4000000, EUR wallet 0 paid 0 due 6000000";
      assertThat(standing(ledger)).isEqualTo(open);
      assertThat(ledger.reads().months().askedIn("climate", "2026-10", "EUR")).isEqualTo(6 * UNIT);
      // Another amount, and one that is not said to be of one currency alone, change nothing.
      told(ledger, log, paidIn("EUR", 5 * UNIT));
      told(
          ledger,
          log,
          new MoneyChange.StatementPaid(
              History.CLIMATE,
              "2026-10",
              "2026-11-20",
              "bank",
              List.of(new MoneyChange.PaidAmount("EUR", 6 * UNIT)),
              false));
      assertThat(standing(ledger)).isEqualTo(open);
      String half = "CLOSED, CNY wallet 0 paid 0 due 4000000, EUR wallet 0 paid 6000000 due 0";
      for (int told = 0; told < 2; told++) {
        told(ledger, log, paidIn("EUR", 6 * UNIT));
        assertThat(standing(ledger)).isEqualTo(half);
        assertThat(posted(ledger)).containsExactly("paid 6000000");
      }
      assertThat(ledger.reads().months().askedIn("climate", "2026-10", "EUR")).isZero();
      told(ledger, log, paidIn("CNY", 4 * UNIT));
      assertThat(standing(ledger))
          .isEqualTo("PAID, CNY wallet 0 paid 4000000 due 0, EUR wallet 0 paid 6000000 due 0");
      assertThat(ledger.reads().statement("climate", "2026-10").standing().reference())
          .isEqualTo("bank CNY");
    }
    database.audit("each");
  }

  @Test
  void whatWasPaidInOneCurrencyGoesBackAndLaterMonthsDoNotPayItAgain() throws Exception {
    NodeLog log = october(0, true);
    log.twoPeople(paidIn("EUR", 6 * UNIT), true);
    log.at(NOV + 2 * HOUR_MS);
    log.add(new WalletFunded(History.CLIMATE, 9 * UNIT, "CNY", "grant"));
    RunId run = log.at(NOV + 3 * HOUR_MS).start(2, "cn1");
    log.at(NOV + 4 * HOUR_MS).end(run).at(DEC + HOUR_MS / 2);
    close(log, "2026-11", DEC, true);
    database.create("later");
    try (Ledger ledger = database.open("later", SHANGHAI)) {
      ledger.record(log.events());
      // The 4.00 EUR of November: the payment of October brought that month to zero, no more.
      Statement.Total november = ledger.reads().statement("climate", "2026-11").totals().getFirst();
      assertThat(november.currency()).isEqualTo("EUR");
      assertThat(november.settlement().walletMicro()).isZero();
      told(ledger, log, back());
      assertThat(standing(ledger))
          .isEqualTo("CLOSED, CNY wallet 0 paid 0 due 4000000, EUR wallet 0 paid 0 due 6000000");
      assertThat(posted(ledger)).containsExactly("paid 6000000", "fund 9000000", "unpaid -6000000");
    }
    database.audit("later");
  }

  @Test
  void aDebtInASecondCurrencyOfAStatementFromBeforeIsPaidAlone() throws Exception {
    NodeLog log = october(9 * UNIT, false);
    database.create("second");
    try (Ledger ledger = database.open("second", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(ledger.reads().months().matters("2026-11").getFirst())
          .endsWith("owes 6.00 EUR of it: once that came in, state its payment in EUR alone");
      told(ledger, log, paidIn("EUR", 6 * UNIT));
      // What the wallet had paid of it in the other currency is fixed with that.
      assertThat(standing(ledger))
          .isEqualTo("PAID, CNY wallet 4000000 paid 0 due 0, EUR wallet 0 paid 6000000 due 0");
      assertThat(posted(ledger)).containsExactly("fund 9000000", "paid 6000000");
      assertThat(ledger.reads().months().matters("2026-11")).isEmpty();
    }
    database.audit("second");
  }

  @Test
  void ofACurrencyThatTheWalletPaidInPartTheRestIsAskedFor() throws Exception {
    NodeLog log = october(3 * UNIT, false);
    database.create("rest");
    try (Ledger ledger = database.open("rest", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(ledger.reads().months().matters("2026-11").getFirst())
          .endsWith(
              "owes 1.00 CNY and 6.00 EUR of it: once that came in, state its payment in CNY and in"
                  + " EUR alone");
      assertThat(ledger.reads().months().askedIn("climate", "2026-10", "CNY")).isEqualTo(UNIT);
      told(ledger, log, paidIn("EUR", 6 * UNIT));
      assertThat(standing(ledger))
          .isEqualTo(
              "CLOSED, CNY wallet 3000000 paid 0 due 1000000, EUR wallet 0 paid 6000000 due 0");
      assertThat(ledger.reads().months().matters("2026-11")).isEmpty();
      told(ledger, log, paidIn("CNY", UNIT));
      assertThat(standing(ledger))
          .isEqualTo(
              "PAID, CNY wallet 3000000 paid 1000000 due 0, EUR wallet 0 paid 6000000 due 0");
      assertThat(posted(ledger)).containsExactly("fund 3000000", "paid 6000000", "paid 1000000");
    }
    database.audit("rest");
  }
}
