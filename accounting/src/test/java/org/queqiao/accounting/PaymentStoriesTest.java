package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.Language;
import org.queqiao.accounting.export.StatementForm;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Settlement;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/** Payments of statements: what they post, and what a wallet has paid before. */
final class PaymentStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long UNIT = 1_000_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  private static final long DEC = SHANGHAI.startMs(LocalDate.parse("2026-12-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static void close(NodeLog log, String month, long toMs, boolean settles) {
    log.twoPeople(new MoneyChange.CloseMonth(month, toMs, 2026, true, settles), true);
  }

  private static MoneyChange paid(String month, long micro) {
    return paid(month, "CNY", micro);
  }

  private static MoneyChange paid(String month, String currency, long micro) {
    return new MoneyChange.StatementPaid(
        History.CLIMATE,
        month,
        "2026-11-20",
        "bank 17",
        List.of(new MoneyChange.PaidAmount(currency, micro)),
        false);
  }

  private static MoneyChange back(String month) {
    return new MoneyChange.StatementPaid(
        History.CLIMATE, month, "2026-11-25", "bank 18", List.of(), true);
  }

  /** So many core-hours at 1.00 in a month. */
  private static NodeLog used(NodeLog log, long monthMs, int cores) {
    RunId run = log.at(monthMs + HOUR_MS).start(cores, "cn1");
    return log.at(monthMs + 2 * HOUR_MS).end(run);
  }

  private static NodeLog october(long paidInMicro) {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    if (paidInMicro > 0) {
      log.add(new WalletFunded(History.CLIMATE, paidInMicro, "CNY", "grant"));
    }
    return used(log, OCT, 4).at(NOV + HOUR_MS / 2);
  }

  /** What was posted to the wallet for no run, in the order of the log. */
  private static List<String> posted(Ledger ledger) {
    return ledger.reads().walletPostings(History.CLIMATE, 100).reversed().stream()
        .map(each -> each.transaction().replaceAll("/[0-9]+$", "") + " " + each.amount())
        .toList();
  }

  private static Statement.Total total(Ledger ledger, String month) {
    return ledger.reads().statement("climate", month).totals().getFirst();
  }

  /** State, what the wallet has paid and money has paid, and what is still to be paid. */
  private static String standing(Ledger ledger, String month) {
    Statement statement = ledger.reads().statement("climate", month);
    Statement.Total total = statement.totals().getFirst();
    Settlement how = total.settlement();
    return statement.standing().state()
        + " wallet "
        + how.walletMicro()
        + "+"
        + how.walletTaxMicro()
        + " paid "
        + how.paidMicro()
        + " due "
        + total.payableMicro(statement.tax());
  }

  private static long balance(Ledger ledger) {
    return ledger.reads().balances("climate").getFirst().availableMicro();
  }

  @Test
  void aPaymentIsPostedOnceAndWhatDoesNotFitChangesNothing() throws Exception {
    NodeLog log = october(0);
    log.twoPeople(new MoneyChange.TaxRate(600, OCT), true);
    log.twoPeople(paid("2026-10", 4_240_000), true);
    close(log, "2026-10", NOV, true);
    database.create("posted");
    try (Ledger ledger = database.open("posted", SHANGHAI)) {
      ledger.record(log.events());
      // Paid before it was closed: nothing is posted, and nothing is paid.
      assertThat(standing(ledger, "2026-10")).isEqualTo("CLOSED wallet 0+0 paid 0 due 4240000");
      assertThat(posted(ledger)).isEmpty();
      log.twoPeople(paid("2026-10", 4_240_000), false);
      log.twoPeople(paid("2026-10", 4_250_000), true);
      log.twoPeople(paid("2026-10", 4_000_000), true);
      log.twoPeople(paid("2026-10", "EUR", 4_240_000), true);
      log.twoPeople(
          new MoneyChange.StatementPaid(History.CLIMATE, "2026-10", "2026-11-20", "by word"), true);
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-10")).isEqualTo("CLOSED wallet 0+0 paid 0 due 4240000");
      log.twoPeople(paid("2026-10", 4_240_000), true);
      log.twoPeople(paid("2026-10", 4_240_000), true);
      ledger.record(log.events());
      ledger.record(log.events());
      assertThat(posted(ledger)).containsExactly("paid 4000000");
      assertThat(balance(ledger)).isZero();
    }
    // Another server knows it too.
    try (Ledger ledger = database.open("posted", SHANGHAI)) {
      log.twoPeople(paid("2026-10", 4_240_000), true);
      ledger.record(log.events());
      assertThat(posted(ledger)).containsExactly("paid 4000000");
      assertThat(standing(ledger, "2026-10")).isEqualTo("PAID wallet 0+0 paid 4240000 due 0");
    }
    database.audit("posted");
  }

  @Test
  void aPaymentThatWentBackIsReversedAndTheStatementMayBePaidAgain() throws Exception {
    NodeLog log = october(0);
    close(log, "2026-10", NOV, true);
    log.twoPeople(back("2026-10"), true);
    log.twoPeople(paid("2026-10", 4 * UNIT), true);
    log.twoPeople(back("2026-10"), true);
    log.twoPeople(back("2026-10"), true);
    database.create("reversed");
    try (Ledger ledger = database.open("reversed", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(posted(ledger)).containsExactly("paid 4000000", "unpaid -4000000");
      assertThat(standing(ledger, "2026-10")).isEqualTo("CLOSED wallet 0+0 paid 0 due 4000000");
      // What went back is no charge for which something could be given.
      ledger
          .reads()
          .walletPostings(History.CLIMATE, 100)
          .forEach(each -> {
            assertThat(ledger.reads().disputes().moved(each.transaction(), History.CLIMATE, "CNY"))
                .isFalse();
            assertThat(
                    ledger
                        .reads()
                        .disputes()
                        .refundable(each.transaction(), History.CLIMATE, "CNY"))
                .isEmpty();
          });
      log.twoPeople(paid("2026-10", 4 * UNIT), true);
      ledger.record(log.events());
      assertThat(posted(ledger)).containsExactly("paid 4000000", "unpaid -4000000", "paid 4000000");
      assertThat(balance(ledger)).isZero();
    }
    database.audit("reversed");
  }

  @Test
  void whatTheWalletHasAtTheCloseIsNotToBePaidAgainAndStaysWhatItWas() throws Exception {
    NodeLog log = october(3 * UNIT);
    log.twoPeople(new MoneyChange.TaxRate(600, OCT), true);
    database.create("prepaid");
    try (Ledger ledger = database.open("prepaid", SHANGHAI)) {
      ledger.record(log.events());
      // Before the close it says what it would be.
      String open = " wallet 3000000+180000 paid 0 due 1060000";
      assertThat(standing(ledger, "2026-10")).isEqualTo("DRAFT" + open);
      close(log, "2026-10", NOV, true);
      log.add(new WalletFunded(History.CLIMATE, 7 * UNIT, "CNY", "grant"));
      used(log, NOV, 5).at(DEC);
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-10")).isEqualTo("CLOSED" + open);
      // What October still asks for comes by its payment: all seven are for November.
      close(log, "2026-11", DEC, true);
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-11")).isEqualTo("PAID wallet 5000000+300000 paid 0 due 0");
      assertThat(ledger.reads().statement("climate", "2026-11").standing().reference())
          .isEqualTo("wallet");
      log.twoPeople(back("2026-11"), true);
      log.twoPeople(paid("2026-10", 1_060_000), true);
      ledger.record(log.events());
      assertThat(posted(ledger)).containsExactly("fund 3000000", "fund 7000000", "paid 1000000");
      assertThat(balance(ledger)).isEqualTo(2 * UNIT);
      assertThat(standing(ledger, "2026-10"))
          .isEqualTo("PAID wallet 3000000+180000 paid 1060000 due 0");
      assertThat(ledger.reads().statement("climate", "2026-11").standing().reference())
          .isEqualTo("wallet");
    }
    database.audit("prepaid");
    database.sql("prepaid", "update statement_sum set settled_micro = settled_micro + 10000");
    assertThat(database.problems("prepaid"))
        .contains(
            "the statements of 2026-10 are other ones than those that were closed",
            "the statements of 2026-11 are other ones than those that were closed");
    database.sql("prepaid", "update statement_sum set net_micro = net_micro + 1");
    assertThat(database.problems("prepaid"))
        .anyMatch(each -> each.contains("was closed with 4000001 net"))
        .anyMatch(each -> each.startsWith("project climate paid 1060000 CNY for statements"));
  }

  @Test
  void aStatementThatGivesMoneyBackLeavesItInTheWalletForTheNext() throws Exception {
    NodeLog log = october(0);
    close(log, "2026-10", NOV, true);
    used(log, NOV, 2);
    log.twoPeople(
        new MoneyChange.Correction(History.CLIMATE, 5 * UNIT, "CNY", "capture/1.1/x"), true);
    close(log.at(DEC), "2026-11", DEC, true);
    used(log, DEC, 4);
    database.create("below");
    try (Ledger ledger = database.open("below", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-11")).isEqualTo("PAID wallet -3000000+0 paid 0 due 0");
      assertThat(standing(ledger, "2026-12"))
          .isEqualTo("DRAFT wallet 3000000+0 paid 0 due 1000000");
      log.twoPeople(paid("2026-10", 4 * UNIT), true);
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-12"))
          .isEqualTo("DRAFT wallet 3000000+0 paid 0 due 1000000");
      assertThat(balance(ledger)).isEqualTo(-UNIT);
    }
    database.audit("below");
  }

  @Test
  void theWalletGivesWhatTheStatementAsksForToTheCoin() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    log.add(new TariffDefined(History.BATCH, 333_333, "CNY", OCT));
    used(log, OCT, 4).at(NOV + HOUR_MS / 2);
    close(log, "2026-10", NOV, true);
    log.twoPeople(paid("2026-10", 1_330_000), true);
    database.create("coins");
    try (Ledger ledger = database.open("coins", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(total(ledger, "2026-10").postedMicro()).isEqualTo(1_333_332);
      assertThat(posted(ledger)).containsExactly("round/2026-10/climate 3332", "paid 1330000");
      assertThat(balance(ledger)).isZero();
    }
    database.audit("coins");
  }

  @Test
  void aStatementFromBeforeKeepsItsSumAndIsPaidInTwoCurrenciesToTheMicroUnit() throws Exception {
    NodeLog log = october(9 * UNIT);
    log.at(OCT + 3 * HOUR_MS);
    log.add(new TariffDefined(History.BATCH, 2_000_000, "EUR", OCT + 3 * HOUR_MS));
    RunId run = log.at(OCT + 4 * HOUR_MS).start(3, "cn1");
    log.at(OCT + 5 * HOUR_MS).end(run).at(NOV + HOUR_MS / 2);
    close(log, "2026-10", NOV, false);
    log.twoPeople(
        new MoneyChange.StatementPaid(History.CLIMATE, "2026-10", "2026-11-20", "by word"), true);
    database.create("before");
    try (Ledger ledger = database.open("before", SHANGHAI)) {
      ledger.record(log.events());
      String sha256 = ledger.reads().months().list().getFirst().sha256();
      assertThat(posted(ledger)).containsExactly("fund 9000000");
      assertThat(standing(ledger, "2026-10")).isEqualTo("PAID wallet 0+0 paid 4000000 due 0");
      // What was paid before has 5 left in CNY, and nothing came for the 6 in EUR.
      String statement = "statement 2026-000001 of project climate for 2026-10 was ";
      String alone = "state its payment in EUR alone";
      assertThat(ledger.reads().months().matters("2026-11"))
          .containsExactly(
              statement
                  + "paid by word before payments were posted, and its wallet owes 6.00 EUR of it:"
                  + " once that came in, take its payment back and "
                  + alone);
      log.twoPeople(back("2026-10"), true);
      log.twoPeople(paid("2026-10", 4 * UNIT), true);
      ledger.record(log.events());
      assertThat(ledger.reads().months().matters("2026-11"))
          .containsExactly(
              statement
                  + "closed before payments were posted, and its wallet owes 6.00 EUR of it:"
                  + " once that came in, "
                  + alone);
      assertThat(standing(ledger, "2026-10")).isEqualTo("CLOSED wallet 0+0 paid 0 due 4000000");
      List<MoneyChange.PaidAmount> both =
          List.of(
              new MoneyChange.PaidAmount("CNY", 4 * UNIT),
              new MoneyChange.PaidAmount("EUR", 6 * UNIT));
      log.twoPeople(
          new MoneyChange.StatementPaid(
              History.CLIMATE, "2026-10", "2026-11-28", "bank 19", both, false),
          true);
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-10")).isEqualTo("PAID wallet 0+0 paid 4000000 due 0");
      assertThat(posted(ledger)).containsExactly("fund 9000000", "paid 4000000", "paid 6000000");
      assertThat(ledger.reads().months().list().getFirst().sha256()).isEqualTo(sha256);
      assertThat(ledger.reads().months().matters("2026-11")).isEmpty();
    }
    database.audit("before");
  }

  /** Who paid before has nothing to do, and who pays afterwards is named whatever the wallet. */
  @Test
  void statementsFromBeforeAreAMatterWhereNothingPaidThem() throws Exception {
    for (long fundMicro : new long[] {9 * UNIT, 3 * UNIT, 0}) {
      NodeLog log = october(fundMicro);
      close(log, "2026-10", NOV, false);
      String name = "old_" + fundMicro / UNIT;
      database.create(name);
      try (Ledger ledger = database.open(name, SHANGHAI)) {
        ledger.record(log.events());
        assertThat(ledger.reads().months().matters("2026-11"))
            .hasSize(fundMicro == 9 * UNIT ? 0 : 1);
        log.twoPeople(paid("2026-10", 4 * UNIT), true);
        ledger.record(log.events());
        assertThat(ledger.reads().months().matters("2026-11")).isEmpty();
      }
      database.audit(name);
    }
  }

  /** Its sum is more than a wallet may get at once. */
  @Test
  void aStatementOfMoreThanATopUpMayBeIsPaid() throws Exception {
    NodeLog log = october(0);
    long micro = 1_000_000_000L * UNIT;
    log.at(OCT + 3 * HOUR_MS);
    log.add(new TariffDefined(History.BATCH, micro, "CNY", OCT + 3 * HOUR_MS));
    RunId run = log.at(OCT + 4 * HOUR_MS).start(3, "cn1");
    log.at(OCT + 5 * HOUR_MS).end(run).at(NOV + HOUR_MS / 2);
    close(log, "2026-10", NOV, true);
    long asked = 3 * micro + 4 * UNIT;
    log.twoPeople(paid("2026-10", asked), true);
    database.create("large");
    try (Ledger ledger = database.open("large", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(standing(ledger, "2026-10")).isEqualTo("PAID wallet 0+0 paid " + asked + " due 0");
      assertThat(balance(ledger)).isZero();
    }
    database.audit("large");
  }

  @Test
  void whatIsPaidAndDueStandsOnEveryForm() throws Exception {
    NodeLog log = october(3 * UNIT);
    log.twoPeople(new MoneyChange.TaxRate(600, OCT), true);
    close(log, "2026-10", NOV, true);
    database.create("payment_forms");
    try (Ledger ledger = database.open("payment_forms", SHANGHAI)) {
      ledger.record(log.events());
      Statement statement = ledger.reads().statement("climate", "2026-10");
      List<String> csv = StatementForms.csv(statement).lines().toList();
      assertThat(csv.getFirst())
          .endsWith(",gross,settled_from_wallet,paid,payable,for_project,paid_by");
      assertThat(csv.getLast()).endsWith(",6.00,0.24,4.24,3.18,0.00,1.06,,");
      assertThat(form(statement, Language.EN, FormWriter.CSV))
          .contains("Sum with tax,Settled from the wallet,Paid,Payable,Currency\r\n")
          .contains("4.24,3.18,0.00,1.06,CNY\r\n");
      assertThat(form(statement, Language.ZH, FormWriter.CSV))
          .contains("含税合计,预付钱包已结,已付款,待付,币种\r\n")
          .contains("4.24,3.18,0.00,1.06,CNY\r\n");
      assertThat(form(statement, Language.ZH, FormWriter.PDF)).isNotEmpty();
      assertThat(form(statement, Language.EN, FormWriter.XLSX)).isNotEmpty();
    }
    database.audit("payment_forms");
  }

  private static String form(Statement statement, Language language, FormWriter writer)
      throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    writer.write(StatementForm.of(statement, language), file);
    return file.toString(StandardCharsets.UTF_8);
  }
}
