package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.ArchiveReads;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/** The process that moves a month into files is killed (SIGKILL) in the middle of it. */
final class ArchiveKilledTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));

  /** What the killed process held is free once the database hears of it; a lock is tried 2 s. */
  private static final int TRIES = 30;

  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static NodeLog october() {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId first = log.at(OCT + HOUR_MS).start(4, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(first);
    log.at(NOV + HOUR_MS);
    log.twoPeople(new MoneyChange.CloseMonth("2026-10", NOV, 2026), true);
    log.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
    return log;
  }

  private static List<String> answers(Ledger ledger) {
    List<String> all = new ArrayList<>();
    ledger.reads().postings(new JobId(1)).forEach(each -> all.add(each.id() + each.amount()));
    all.add(StatementForms.csv(ledger.reads().statement("climate", "2026-10")));
    return all;
  }

  private static String state(Ledger ledger) {
    return ledger.reads().archive().months().getFirst().state();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"wrote segment", "wrote manifest", "compared", "recorded", "dropped", "committed"})
  void killedInTheMiddleTheMonthIsWholeAndTheNextProcessMovesIt(String step) throws Exception {
    String name = "process_" + step.replace(' ', '_');
    database.create(name);
    try (Ledger ledger = database.open(name, SHANGHAI)) {
      ledger.record(october().events());
      List<String> before = answers(ledger);
      kill(name, step);
      assertThat(answers(ledger)).isEqualTo(before);
      database.audit(name);
      for (int i = 0; i < TRIES && !state(ledger).equals("ARCHIVED"); i++) {
        ledger.archiver().run(6_000);
      }
      ArchiveReads.Month month = ledger.reads().archive().months().getFirst();
      assertThat(month.state()).isEqualTo("ARCHIVED");
      // Once: by the process that was killed behind its commit, or by this one.
      assertThat(month.steps())
          .extracting(ArchiveReads.Step::atMs)
          .containsExactly(step.equals("committed") ? 5_000L : 6_000L);
      assertThat(answers(ledger)).isEqualTo(before);
    }
    database.audit(name);
  }

  private static void kill(String name, String step) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Archiving.class.getName(),
            database.url(name),
            database.access().user(),
            database.access().password(),
            database.archive(name).toString(),
            step);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> said = new ArrayList<>();
      String line = out.readLine();
      while (line != null && !line.equals(Archiving.THERE)) {
        said.add(line);
        line = out.readLine();
      }
      assertThat(line).as(String.join("\n", said)).isEqualTo(Archiving.THERE);
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Archives what was ordered, and stays at a step until it is killed. */
  static final class Archiving {
    static final String THERE = "it is there";

    private Archiving() {}

    /**
     * Runs until it is killed, or until nobody holds its input any more.
     *
     * @param args URL, user and password of the database, the folder of archives, and the step
     */
    public static void main(String[] args) throws Exception {
      try (Ledger ledger = Ledger.open(args[0], args[1], args[2], SHANGHAI, Path.of(args[3]))) {
        ledger
            .archiver(each -> {
              if (each.equals(args[4])) {
                System.out.println(THERE);
                System.in.read();
              }
            })
            .run(5_000);
      }
    }
  }
}
