package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Settlement;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.testkit.TestSize;

/**
 * Months of use, money that comes early, late and twice, and payments that are said before the
 * close, doubled, of another amount, and taken back. Whatever comes of it, sums hold to the coin.
 */
final class PaymentPropertyTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final YearMonth FIRST = YearMonth.of(2026, 10);
  private static final int MONTHS = 6;
  private static final long HOUR_MS = 3_600_000;
  private static final long COIN = 10_000;
  private static final long SEED = Long.getLong("queqiao.test.from", 0);
  private static final int SEEDS = TestSize.ciOrFull(6, 100);
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  static LongStream seeds() {
    return LongStream.range(SEED, SEED + SEEDS);
  }

  private static long ms(YearMonth month) {
    return SHANGHAI.startMs(month.atDay(1));
  }

  private static MoneyChange paid(YearMonth month, long micro) {
    return new MoneyChange.StatementPaid(
        History.CLIMATE,
        month.toString(),
        "2026-11-20",
        "bank",
        List.of(new MoneyChange.PaidAmount("CNY", micro)),
        false);
  }

  private static MoneyChange back(YearMonth month) {
    return new MoneyChange.StatementPaid(
        History.CLIMATE, month.toString(), "2026-11-25", "bank", List.of(), true);
  }

  private static Statement statement(Ledger ledger, YearMonth month) {
    return ledger.reads().statement("climate", month.toString());
  }

  /** What a log comes to, and what was put into the wallet by it. */
  private record Told(NodeLog log, long fundedMicro) {}

  /** Use, money and words about it in a month, before it is closed. */
  private static long month(NodeLog log, YearMonth month, SplittableRandom random) {
    long fundedMicro = 0;
    long atMs = ms(month) + HOUR_MS;
    for (int i = random.nextInt(5); i >= 0; i--) {
      if (random.nextInt(3) == 0) {
        long micro = random.nextLong(1, 900) * COIN;
        log.at(atMs).add(new WalletFunded(History.CLIMATE, micro, "CNY", "grant"));
        fundedMicro += micro;
      }
      RunId run = log.at(atMs).start(1 + random.nextInt(8), "cn1");
      atMs += random.nextLong(1, 40 * HOUR_MS);
      log.at(atMs).end(run);
    }
    if (random.nextInt(3) == 0) {
      log.twoPeople(
          new MoneyChange.Correction(
              History.CLIMATE, random.nextLong(-4_000_000, 6_000_000), "CNY", "capture/1.1/x"),
          true);
    }
    if (random.nextInt(4) == 0) {
      log.twoPeople(paid(month, 1_000_000), true);
      log.twoPeople(back(month), true);
    }
    return fundedMicro;
  }

  /** Payments of any month that was closed: right ones, doubled, wrong, and taken back. */
  private static void pay(
      NodeLog log, Ledger ledger, YearMonth last, boolean all, SplittableRandom random) {
    for (YearMonth each = FIRST; !each.isAfter(last); each = each.plusMonths(1)) {
      Statement statement = statement(ledger, each);
      if (statement.totals().isEmpty()) {
        continue;
      }
      long asks = statement.totals().getFirst().payableMicro(statement.tax());
      if (random.nextInt(3) == 0) {
        log.twoPeople(paid(each, asks + (random.nextBoolean() ? COIN : 1)), true);
      }
      if (asks > 0 && (all || random.nextBoolean())) {
        log.twoPeople(paid(each, asks), true);
        if (random.nextBoolean()) {
          log.twoPeople(paid(each, asks), true);
        }
      }
      if (!all && random.nextInt(4) == 0) {
        log.twoPeople(back(each), true);
      }
    }
  }

  private static Told written(Ledger ledger, SplittableRandom random) {
    NodeLog log = new NodeLog(ms(FIRST)).node("cn1", 8);
    log.add(new TariffDefined(History.BATCH, random.nextLong(1, 999_999), "CNY", ms(FIRST)));
    long fundedMicro = 0;
    for (YearMonth month = FIRST; month.isBefore(FIRST.plusMonths(MONTHS)); ) {
      fundedMicro += month(log, month, random);
      if (month.equals(FIRST.plusMonths(1))) {
        log.twoPeople(new MoneyChange.TaxRate(random.nextInt(2_000), log.timeMs() + 1), true);
      }
      YearMonth next = month.plusMonths(1);
      log.at(ms(next) + HOUR_MS / 4);
      if (random.nextInt(3) == 0) {
        long micro = random.nextLong(1, 300) * COIN;
        log.add(new WalletFunded(History.CLIMATE, micro, "CNY", "late"));
        fundedMicro += micro;
      }
      MoneyChange close =
          new MoneyChange.CloseMonth(month.toString(), ms(next), month.getYear(), true, true);
      if (random.nextInt(3) == 0) {
        log.twoPeople(close, false);
      }
      log.twoPeople(close, true);
      ledger.record(log.events());
      holds(ledger, month, fundedMicro);
      pay(log, ledger, month, false, random);
      ledger.record(log.events());
      month = next;
    }
    pay(log, ledger, FIRST.plusMonths(MONTHS - 1L), true, random);
    ledger.record(log.events());
    return new Told(log, fundedMicro);
  }

  /** Wallets settle no more than came in, and each statement asks for the rest of its sum. */
  private static void holds(Ledger ledger, YearMonth last, long fundedMicro) {
    long settledMicro = 0;
    for (YearMonth each = FIRST; !each.isAfter(last); each = each.plusMonths(1)) {
      Statement statement = statement(ledger, each);
      for (Statement.Total total : statement.totals()) {
        Settlement how = total.settlement();
        long grossMicro = statement.tax().grossMicro(total.dueMicro());
        long due = total.payableMicro(statement.tax());
        assertThat(due)
            .isEqualTo(grossMicro - how.walletGrossMicro() - how.paidMicro())
            .isNotNegative();
        assertThat(how.walletMicro()).isLessThanOrEqualTo(total.dueMicro());
        assertThat(statement.standing().state() == Standing.State.PAID).isEqualTo(due == 0);
        settledMicro += how.walletMicro();
      }
    }
    assertThat(settledMicro).isLessThanOrEqualTo(fundedMicro);
  }

  /**
   * The end of the chain, the months and all statements, without the numbers by which rows of lines
   * are asked for: those follow from how the feed was cut.
   */
  private static List<String> digest(Ledger ledger) {
    List<String> all = new ArrayList<>();
    all.add(ledger.end().seq() + " " + ledger.end().hash());
    ledger.reads().months().list().forEach(each -> all.add(each.toString()));
    for (int i = 0; i < MONTHS; i++) {
      String whole = statement(ledger, FIRST.plusMonths(i)).toString();
      all.add(whole.replaceAll("(lateFor=[^,]*), id=[0-9]+", "$1"));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void sumsHoldToTheCoinHoweverPaymentsAreToldAndTheFeedIsCut(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    database.create("paid_first");
    List<String> first;
    Told told;
    try (Ledger ledger = database.open("paid_first", SHANGHAI)) {
      told = written(ledger, random);
      holds(ledger, FIRST.plusMonths(MONTHS - 1L), told.fundedMicro());
      first = digest(ledger);
      long settledMicro = 0;
      for (int i = 0; i < MONTHS; i++) {
        Statement statement = statement(ledger, FIRST.plusMonths(i));
        for (Statement.Total each : statement.totals()) {
          assertThat(each.payableMicro(statement.tax())).as("seed " + seed + " " + i).isZero();
          settledMicro += each.settlement().walletMicro();
        }
      }
      // All is closed and paid: the wallet has what came in and no statement took.
      assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
          .as("seed " + seed)
          .isEqualTo(told.fundedMicro() - settledMicro);
    }
    database.audit("paid_first");
    recomputed(told.log().events(), first, random, seed);
  }

  /** Cut, doubled, and by several servers one after the other. */
  private static void recomputed(
      List<LoggedEvent> events, List<String> first, SplittableRandom random, long seed)
      throws Exception {
    database.create("paid_again");
    int at = 0;
    while (at < events.size()) {
      try (Ledger ledger = database.open("paid_again", SHANGHAI, 1 + random.nextInt(60))) {
        for (int i = 0; i < 3 && at < events.size(); i++) {
          int from = random.nextInt(at + 1);
          at = Math.min(events.size(), at + 1 + random.nextInt(events.size() / 3));
          ledger.record(events.subList(from, at));
        }
      }
    }
    try (Ledger ledger = database.open("paid_again", SHANGHAI)) {
      assertThat(digest(ledger)).as("seed " + seed).isEqualTo(first);
    }
    database.audit("paid_again");
  }
}
