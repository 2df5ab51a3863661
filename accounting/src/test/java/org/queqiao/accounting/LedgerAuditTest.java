package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.accounting.witness.HeadFile;

/** What the stand-alone check of the ledger finds, each planted in a real PostgreSQL. */
final class LedgerAuditTest {
  private static final BillingCalendar CALENDAR =
      new BillingCalendar(java.time.ZoneId.of("Asia/Shanghai"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  @TempDir private Path heads;

  /** A ledger with a random history, taken in as the server does it, and its heads. */
  private void ledger(String name) throws Exception {
    database.create(name);
    try (Ledger ledger = database.open(name, CALENDAR);
        Intake intake = new Intake(ledger, HeadFile.open(heads.resolve("ledger")))) {
      History history = History.random(7);
      for (int i = 0; i < history.events().size(); i++) {
        intake.take(history.events().subList(i, i + 1));
      }
    }
  }

  private LedgerAudit.Report check(String name) throws Exception {
    try (Connection connection = database.connect(name)) {
      Path own = heads.resolve("ledger");
      return LedgerAudit.check(
          connection,
          null,
          own.resolve(HeadFile.HEADS),
          HeadFile.publicKey(own.resolve(HeadFile.PUBLIC)));
    }
  }

  /** What somebody does who may do everything in the database. */
  private static void tamper(String name, String... statements) throws Exception {
    database.sql(name, "alter table posting disable trigger all");
    database.sql(name, statements);
  }

  @Test
  void aLedgerThatNobodyTouchedIsWhole() throws Exception {
    ledger("whole");
    LedgerAudit.Report report = check("whole");
    assertThat(report.problems()).isEmpty();
    assertThat(report.postings()).isPositive();
    assertThat(report.heads()).isPositive();
  }

  @Test
  void aChangedAmountIsFound() throws Exception {
    ledger("amount");
    tamper("amount", "update posting set amount = amount + 1 where seq = 2");
    assertThat(check("amount").problems().getFirst()).startsWith("posting 2 (");
  }

  @Test
  void aRemovedPostingIsFound() throws Exception {
    ledger("removed");
    tamper("removed", "delete from posting where seq = 3");
    assertThat(check("removed").problems()).contains("posting 3 is missing");
  }

  @Test
  void anEndThatWasCutOffCleanlyIsFoundByTheHeads() throws Exception {
    ledger("cut");
    tamper(
        "cut",
        "update intake set posting_seq = posting_seq - 2, chain_hash = (select hash from posting p"
            + " where p.seq = intake.posting_seq - 2)",
        "delete from posting where seq > (select posting_seq from intake)");
    assertThat(check("cut").problems().getFirst()).startsWith("the ledger ends at posting ");
  }

  @Test
  void aBalanceALineAndAnEntryThatAreNotTheirPostingsAreFound() throws Exception {
    ledger("sums");
    database.sql(
        "sums",
        "update balance set amount = amount + 1 where account = 'wallet:climate'",
        "update statement_line set posted_micro = posted_micro + 1 where id = (select min(id) from"
            + " statement_line where posted_micro > 0)",
        "update segment set core_ms = core_ms + 1 where position = (select min(position) from"
            + " segment)",
        "insert into statement_entry values ('x', 'REFUND', 'climate', '2026-11', '', null, null,"
            + " 'NODE_FAIL', '', 5, 'CNY', 1)",
        "insert into posting select id, seq + 1, transaction, account, unit, currency, amount, job,"
            + " attempt, position, time_ms, hash from posting order by seq desc limit 1");
    List<String> problems = check("sums").problems();
    assertThat(problems).anyMatch(each -> each.startsWith("the balance of wallet:climate is"));
    assertThat(problems).anyMatch(each -> each.startsWith("the lines in CNY sum to"));
    assertThat(problems).anyMatch(each -> each.contains(" was metered with "));
    assertThat(problems).anyMatch(each -> each.endsWith(" is there 2 times"));
    assertThat(problems).anyMatch(each -> each.startsWith("the entries of statements in CNY"));
  }

  @Test
  void aForgedHeadIsFoundAndATornOneIsCutOff() throws Exception {
    ledger("forged");
    Path file = heads.resolve("ledger").resolve(HeadFile.HEADS);
    Files.writeString(file, "9 9 ab", StandardOpenOption.APPEND);
    HeadFile.open(heads.resolve("ledger"));
    assertThat(check("forged").problems()).isEmpty();
    String line = Files.readAllLines(file).getLast();
    Files.writeString(file, "9" + line + "\n", StandardOpenOption.APPEND);
    assertThat(check("forged").problems()).anyMatch(each -> each.contains("wrong signature"));
  }
}
