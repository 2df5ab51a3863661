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
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/** Tax on statements: which rate, on which form, and that it stays what it was. */
final class TaxStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  private static final long DEC = SHANGHAI.startMs(LocalDate.parse("2026-12-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static void rate(NodeLog log, int points, long fromMs) {
    log.twoPeople(new MoneyChange.TaxRate(points, fromMs), true);
  }

  /** Net, rate, tax and gross of what is to be paid. */
  private static String sum(Ledger ledger, String month) {
    Statement statement = ledger.reads().statement("climate", month);
    long due = statement.totals().getFirst().dueMicro();
    return statement.tax().isStated()
        ? due
            + " "
            + statement.tax().percent()
            + " "
            + statement.tax().ofMicro(due)
            + " "
            + statement.tax().grossMicro(due)
        : due + " without";
  }

  /** 3 and 5 core-hours at 1.00, in October and November. */
  private static NodeLog twoMonths() {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId first = log.at(OCT + HOUR_MS).start(3, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(first);
    RunId second = log.at(NOV + HOUR_MS).start(5, "cn1");
    log.at(NOV + 2 * HOUR_MS).end(second);
    return log;
  }

  @Test
  void aStatementHasTheRateOfTheLastInstantOfItsMonthAndAClosedOneKeepsIt() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId first = log.at(OCT + HOUR_MS).start(3, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(first);
    database.create("taxed");
    try (Ledger ledger = database.open("taxed", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(sum(ledger, "2026-10")).isEqualTo("3000000 without");
      log.twoPeople(new MoneyChange.TaxRate(9_999, OCT + 3 * HOUR_MS), false);
      rate(log, 600, OCT + 9 * HOUR_MS);
      rate(log, 1_300, NOV);
      ledger.record(log.events());
      assertThat(sum(ledger, "2026-10")).isEqualTo("3000000 6.00 180000 3180000");
      RunId second = log.at(NOV + HOUR_MS).start(5, "cn1");
      log.at(NOV + 2 * HOUR_MS).end(second);
      log.twoPeople(new MoneyChange.CloseMonth("2026-10", NOV, 2026), true);
      rate(log, 0, DEC - 1);
      ledger.record(log.events());
      assertThat(sum(ledger, "2026-10")).isEqualTo("3000000 6.00 180000 3180000");
      assertThat(sum(ledger, "2026-11")).isEqualTo("5000000 0.00 0 5000000");
    }
    database.audit("taxed");
    database.sql("taxed", "update month_close set tax_basis_points = 500");
    assertThat(database.problems("taxed"))
        .contains("the statements of 2026-10 are other ones than those that were closed");
  }

  @Test
  void netRateTaxAndGrossStandOnEveryFormAndALedgerStaysNet() throws Exception {
    NodeLog log = twoMonths();
    rate(log, 600, NOV + 3 * HOUR_MS);
    log.twoPeople(
        new MoneyChange.Correction(History.CLIMATE, 750_000, "CNY", "capture/1.1/x"), true);
    database.create("forms");
    try (Ledger ledger = database.open("forms", SHANGHAI)) {
      ledger.record(log.events());
      Statement statement = ledger.reads().statement("climate", "2026-11");
      // 5.00 less 0.75 is 4.25, of which 6 % is 0.255.
      assertThat(sum(ledger, "2026-11")).isEqualTo("4250000 6.00 260000 4510000");
      List<String> csv = StatementForms.csv(statement).lines().toList();
      assertThat(csv.getFirst()).contains(",cost_centre,tax_percent,tax,gross,");
      assertThat(csv.getLast())
          .contains(",total,")
          .contains(",4.25,")
          .endsWith(",6.00,0.26,4.51,0.00,0.00,4.51,,");
      assertThat(form(statement, Language.EN, FormWriter.CSV))
          .contains("Net,Rate,Tax,Gross,Currency\r\n")
          .contains("4.25,6.00 %,0.26,4.51,CNY\r\n")
          .contains("\"Sum, net\"");
      assertThat(form(statement, Language.ZH, FormWriter.CSV))
          .contains("净额,税率,税额,含税金额,币种\r\n")
          .contains("4.25,6.00 %,0.26,4.51,CNY\r\n");
      assertThat(form(statement, Language.ZH, FormWriter.PDF)).isNotEmpty();
      assertThat(form(statement, Language.ZH, FormWriter.XLSX)).isNotEmpty();
      assertThat(form(ledger.reads().statement("climate", "2026-10"), Language.EN, FormWriter.CSV))
          .doesNotContain("Rate");
      assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
          .isEqualTo(750_000 - 8_000_000);
    }
    database.audit("forms");
  }

  private static String form(Statement statement, Language language, FormWriter writer)
      throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    writer.write(StatementForm.of(statement, language), file);
    return file.toString(StandardCharsets.UTF_8);
  }
}
