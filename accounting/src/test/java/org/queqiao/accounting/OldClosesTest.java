package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.testkit.TestSize;

/**
 * Months that were closed before payments were posted, of a project that pays in advance: what is
 * said of them is what its wallet owes of them, and doing it gives the wallet no more.
 */
final class OldClosesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long UNIT = 1_000_000;
  private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
  private static final long SEED = Long.getLong("queqiao.test.from", 0);
  private static final int SEEDS = TestSize.ciOrFull(12, 100);
  private static final Pattern OWES =
      Pattern.compile(
          "statement \\S+ of project climate for (\\S+) was .*, and its wallet owes (\\S+) CNY of"
              + " it: (.*)");
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  static LongStream seeds() {
    return LongStream.range(SEED, SEED + SEEDS);
  }

  private static long ms(YearMonth month) {
    return SHANGHAI.startMs(month.atDay(1));
  }

  private static void close(NodeLog log, YearMonth month, boolean settles) {
    long toMs = ms(month.plusMonths(1));
    int year = month.getYear();
    log.at(toMs + HOUR_MS / 4)
        .twoPeople(new MoneyChange.CloseMonth(month.toString(), toMs, year, true, settles), true);
  }

  private static MoneyChange paid(String month, long micro) {
    return new MoneyChange.StatementPaid(
        History.CLIMATE,
        month,
        "2026-11-20",
        "bank",
        List.of(new MoneyChange.PaidAmount("CNY", micro)),
        false);
  }

  private static NodeLog fund(NodeLog log, long micro) {
    return micro == 0 ? log : log.add(new WalletFunded(History.CLIMATE, micro, "CNY", "grant"));
  }

  /** So many core-hours at 1.00 in a month. */
  private static NodeLog used(NodeLog log, YearMonth month, int cores) {
    RunId run = log.at(ms(month) + HOUR_MS).start(cores, "cn1");
    return log.at(ms(month) + 2 * HOUR_MS).end(run);
  }

  private static NodeLog october(long fundedMicro) {
    NodeLog log = fund(new NodeLog(ms(OCTOBER)).node("cn1", 8), fundedMicro);
    close(used(log, OCTOBER, 4), OCTOBER, false);
    return log;
  }

  private static List<String> matters(Ledger ledger) {
    return ledger.reads().months().matters("2027-12");
  }

  private static long balance(Ledger ledger) {
    return ledger.reads().balances("climate").getFirst().availableMicro();
  }

  @Test
  void aWalletThatIsBelowZeroForALaterMonthHasPaidTheOldOne() throws Exception {
    NodeLog log = used(october(9 * UNIT), OCTOBER.plusMonths(1), 6);
    database.create("later");
    try (Ledger ledger = database.open("later", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(balance(ledger)).isEqualTo(-UNIT);
      assertThat(matters(ledger)).isEmpty();
      // November asks for what it owes itself, and for nothing once that came in.
      close(log, OCTOBER.plusMonths(1), true);
      ledger.record(log.events());
      Statement november = ledger.reads().statement("climate", "2026-11");
      assertThat(november.totals().getFirst().payableMicro(november.tax())).isEqualTo(UNIT);
      assertThat(matters(ledger)).isEmpty();
      ledger.record(log.twoPeople(paid("2026-11", UNIT), true).events());
      assertThat(balance(ledger)).isZero();
      assertThat(matters(ledger)).isEmpty();
    }
    database.audit("later");
  }

  @Test
  void whatIsOwedInPartIsToppedUpAndNotPaidAgain() throws Exception {
    NodeLog log = october(3 * UNIT);
    YearMonth november = OCTOBER.plusMonths(1);
    close(used(log, november, 2), november, false);
    used(log, november.plusMonths(1), 5);
    database.create("part");
    try (Ledger ledger = database.open("part", SHANGHAI)) {
      ledger.record(log.events());
      String statement = "statement 2026-00000";
      assertThat(matters(ledger))
          .containsExactly(
              statement
                  + "2 of project climate for 2026-11 was closed before payments were posted, and"
                  + " its wallet owes 2.00 CNY of it: state its payment only if nothing was paid"
                  + " in advance for it, else top the wallet up by what came in",
              statement
                  + "1 of project climate for 2026-10 was closed before payments were posted, and"
                  + " its wallet owes 1.00 CNY of it: once that came in, top the wallet up by it,"
                  + " and do not state the payment of the statement, which would give the wallet"
                  + " more than it owes");
      ledger.record(log.twoPeople(paid("2026-11", 2 * UNIT), true).events());
      assertThat(matters(ledger)).hasSize(1);
      ledger.record(fund(log, UNIT).events());
      assertThat(matters(ledger)).isEmpty();
      assertThat(balance(ledger)).isEqualTo(-5 * UNIT);
    }
    database.audit("part");
  }

  /** Lines that can't be summed would be named by whatever reads them. */
  @Test
  void oldMonthsOfWhoHasPaidInAdvanceAreNotRead() throws Exception {
    NodeLog log = october(9 * UNIT);
    database.create("unread");
    try (Ledger ledger = database.open("unread", SHANGHAI)) {
      ledger.record(log.events());
      database.sql(
          "unread",
          "update statement_line set core_ms = 9000000000000000000, price_micro ="
              + " 9000000000000000000");
      assertThat(matters(ledger)).isEmpty();
      used(log, OCTOBER.plusMonths(1), 6);
      ledger.record(log.events());
      assertThat(matters(ledger)).isEmpty();
      ledger.record(used(log, OCTOBER.plusMonths(2), 1).events());
      database.sql("unread", "update statement_line set posted_micro = 0 where month > '2026-10'");
      assertThatThrownBy(() -> matters(ledger)).isInstanceOf(ArithmeticException.class);
    }
  }

  /** Does what is said of old statements, and tells how much that is. */
  private static long done(Ledger ledger, NodeLog log) {
    long doneMicro = 0;
    for (String each : matters(ledger)) {
      Matcher words = OWES.matcher(each);
      assertThat(words.matches()).as(each).isTrue();
      long micro = new BigDecimal(words.group(2)).movePointRight(6).longValueExact();
      if (words.group(3).startsWith("state its payment")) {
        log.twoPeople(paid(words.group(1), micro), true);
      } else {
        fund(log, micro);
      }
      doneMicro += micro;
    }
    ledger.record(log.events());
    return doneMicro;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void doingWhatIsSaidGivesAWalletWhatItOwesOfOldMonthsAndNoMore(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    NodeLog log = fund(new NodeLog(ms(OCTOBER)).node("cn1", 8), random.nextInt(12) * UNIT + 10_000);
    int old = 1 + random.nextInt(4);
    int all = old + random.nextInt(3);
    long oldMicro = 0;
    database.create("seed" + seed);
    try (Ledger ledger = database.open("seed" + seed, SHANGHAI)) {
      for (int i = 0; i < all; i++) {
        YearMonth month = OCTOBER.plusMonths(i);
        int cores = 1 + random.nextInt(8);
        used(log, month, cores);
        fund(log, random.nextInt(3) == 0 ? random.nextInt(6) * UNIT : 0);
        if (i < old) {
          oldMicro += cores * UNIT;
          close(log, month, false);
        } else if (random.nextBoolean() && i == old) {
          close(log, month, true);
          ledger.record(log.events());
          Statement statement = ledger.reads().statement("climate", month.toString());
          long asked = statement.totals().getFirst().payableMicro(statement.tax());
          if (asked > 0 && random.nextBoolean()) {
            log.twoPeople(paid(month.toString(), asked), true);
          }
        }
      }
      ledger.record(log.events());
      long funded =
          log.events().stream()
              .mapToLong(each -> each.event() instanceof WalletFunded e ? e.amountMicro() : 0)
              .sum();
      long before = balance(ledger);
      long owed = Math.max(0, Math.min(-before, oldMicro - funded));
      assertThat(done(ledger, log)).isEqualTo(owed);
      assertThat(balance(ledger)).isEqualTo(before + owed);
      assertThat(matters(ledger)).isEmpty();
    }
    database.audit("seed" + seed);
  }
}
