package org.queqiao.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.server.EmptyDatabase;

/** The command that checks the ledger, beside a real database and no server. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LedgerToolTest {
  private static Path data;
  private static EmbeddedDatabase database;
  private static EmbeddedDatabase.Access access;

  @BeforeAll
  static void start() throws Exception {
    data = Files.createTempDirectory("queqiao-tool-");
    database = EmptyDatabase.in(DataFolder.postgres(data));
    access = database.start();
    try (Ledger ledger =
            Ledger.open(
                access.url(),
                access.user(),
                access.password(),
                new BillingCalendar(ZoneOffset.UTC),
                DataFolder.archive(data));
        Intake intake = new Intake(ledger, HeadFile.open(DataFolder.ledgerHeads(data)))) {
      for (long position = 1; position <= 3; position++) {
        intake.take(
            List.of(
                new LoggedEvent(
                    position,
                    1,
                    1_760_000_000_000L + position * 120_000,
                    Actor.localOwner("root"),
                    new WalletFunded(new ProjectName("climate"), 5_000_000, "CNY", "grant"))));
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    database.stop();
    try (var files = Files.walk(data)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private record Outcome(int code, String out) {}

  private static Outcome run(String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int code = LedgerTool.run(List.of(arguments), out, out);
    return new Outcome(code, bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  @Order(1)
  void aWholeLedgerIsCalledWhole() {
    Outcome outcome = run("verify", "--data", data.toString());
    assertThat(outcome.out())
        .contains("position 3, 6 postings")
        .contains("3 signed heads compared")
        .endsWith("the ledger is whole\n");
    assertThat(outcome.code()).isZero();
  }

  @Test
  @Order(2)
  void headsOfAnotherKeyAreNoWitness() throws Exception {
    Path other = data.resolve("other");
    HeadFile.open(other);
    Outcome outcome =
        run(
            "verify",
            "--heads",
            DataFolder.ledgerHeads(data).resolve(HeadFile.HEADS).toString(),
            "--key",
            other.resolve(HeadFile.PUBLIC).toString(),
            "--data",
            data.toString());
    assertThat(outcome.out()).contains("has a wrong signature").contains("NOT whole");
    assertThat(outcome.code()).isEqualTo(1);
  }

  @Test
  @Order(3)
  void aWrongCommandIsToldWhatIsRight() {
    assertThat(run("verfy", "--data", data.toString()).code()).isEqualTo(2);
    assertThat(run("verify", "--heads", "x", "--data", data.toString()).out())
        .contains("--heads and --key go together");
    assertThat(run("--data", data.toString()).out())
        .contains("say what: verify, rollups or restore");
    assertThat(run("verify", "--data").out()).contains("--data needs a value");
    for (String month : new String[] {"2026", "2026-13", "../x"}) {
      Outcome wrong = run("restore", month, "an audit", "--data", data.toString());
      assertThat(wrong.code()).isEqualTo(2);
      assertThat(wrong.out()).contains("it is written restore MONTH REASON");
    }
    assertThat(run("restore", "2026-10", "--data", data.toString()).code()).isEqualTo(2);
    Outcome none = run("restore", "2026-10", "an audit", "--data", data.toString());
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.out()).isEqualTo("month 2026-10 is not archived\n");
  }

  @Test
  @Order(4)
  void sumsByMonthAreComparedAndMadeAnew() throws Exception {
    Outcome same = run("rollups", "--compare", "--data", data.toString());
    assertThat(same.out()).isEqualTo("the sums by month are those of their segments\n");
    assertThat(same.code()).isZero();
    try (Connection connection =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        var statement = connection.createStatement()) {
      statement.execute(
          "insert into usage_month values ('2026-01', 'climate', 'li', 'batch', '', '', '', 5, 0,"
              + " 1, 5)");
    }
    Outcome other = run("rollups", "--data", data.toString(), "--compare");
    assertThat(other.out()).contains("usage_month 2026-01 climate li batch").contains("NOT those");
    assertThat(other.code()).isEqualTo(1);
    assertThat(run("rollups", "--rebuild", "--data", data.toString()).code()).isZero();
    assertThat(run("rollups", "--compare", "--data", data.toString()).code()).isZero();
    assertThat(run("rollups", "--data", data.toString()).out())
        .contains("one of --compare and --rebuild goes with rollups");
  }

  @Test
  @Order(5)
  void aChangedPostingIsNamed() throws Exception {
    try (Connection connection =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        var statement = connection.createStatement()) {
      statement.execute("alter table posting disable trigger all");
      statement.execute("update posting set amount = 6000000 where seq = 3");
    }
    Outcome outcome = run("verify", "--data", data.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).contains("posting 3 (fund/2#").contains("NOT whole");
  }
}
