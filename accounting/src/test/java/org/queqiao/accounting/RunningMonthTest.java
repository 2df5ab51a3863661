package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.testkit.TestSize;

/**
 * Months that are checked and days that are posted while runs go on and ends and stops are told
 * late, beside the same history without either: in the end both are the same books.
 */
final class RunningMonthTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  private static final long JOBS = 150;

  /** Of each allowance: some runs take of several, and for others nothing is left. */
  private static final long HOURS = 9_000;

  /** More than all runs can use. */
  private static final long ENOUGH_HOURS = 500_000_000;

  private static final int SEEDS = TestSize.ciOrFull(4, 60);
  private static final long SEED = Long.getLong("queqiao.test.from", 0);
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  static LongStream seeds() {
    return LongStream.range(SEED, SEED + SEEDS);
  }

  /** The facts of one history, with positions of their own. */
  private static final class Facts {
    private final List<LoggedEvent> all = new ArrayList<>();

    void add(long timeMs, Actor actor, Event event) {
      all.add(new LoggedEvent(all.size() + 1L, 1, timeMs, actor, event));
    }

    void decided(long timeMs, MoneyChange change, boolean approved) {
      long proposal = all.size() + 1L;
      add(timeMs, Actor.SCHEDULER, new MoneyProposed(proposal, change, "checked"));
      add(timeMs, Actor.SCHEDULER, new MoneyDecided(proposal, approved, change, "so it is"));
    }
  }

  /** Money, core-hours, budgets and refunds; amounts are whole, so that no order changes one. */
  private static void site(Facts facts, boolean sinceCheckpoint, long hours) {
    facts.decided(OCT, new MoneyChange.TopUp(History.CLIMATE, 1_000_000_000_000L, "CNY"), true);
    facts.decided(
        OCT,
        new MoneyChange.Price(
            new PriceItem(
                History.BATCH,
                null,
                3_600_000,
                "CNY",
                OCT,
                0,
                0,
                List.of(),
                PriceTerms.CORES.with(List.of(), 0, 40_000_000))),
        true);
    facts.decided(
        OCT, new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 500, OCT, sinceCheckpoint), true);
    for (AllowanceKind kind : List.of(AllowanceKind.PACKAGE, AllowanceKind.GRANT)) {
      facts.decided(
          OCT,
          new MoneyChange.NewAllowance(
              new Allowance(History.CLIMATE, kind, hours * HOUR_MS, null, OCT, 0)),
          true);
    }
    for (BudgetUnit unit : BudgetUnit.values()) {
      BudgetTerms terms =
          new BudgetTerms(
              new BudgetName(unit.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')),
              History.CLIMATE,
              null,
              unit,
              Long.MAX_VALUE / 8,
              0,
              unit == BudgetUnit.MONEY ? "CNY" : "",
              "2026-09",
              "2027-12",
              false);
      if (unit == BudgetUnit.MONEY) {
        facts.decided(OCT, new MoneyChange.Budget(terms), true);
      } else {
        facts.add(OCT, Actor.SCHEDULER, new BudgetDefined(terms, "share"));
      }
    }
  }

  /**
   * The history, with each month checked and rejected at some fact behind its end, or without.
   *
   * @param days whether the days of runs are posted as they are over
   */
  private static Facts facts(long seed, boolean checked, boolean days) {
    SplittableRandom random = new SplittableRandom(seed);
    Facts facts = new Facts();
    site(facts, seed % 4 < 2, HOURS);
    TreeMap<JobId, Long> last = new TreeMap<>();
    TreeMap<JobId, RunId> going = new TreeMap<>();
    YearMonth month = YearMonth.of(2026, 10);
    for (LoggedEvent each : NodeLog.random(seed, OCT, 150).events()) {
      long toMs = SHANGHAI.startMs(month.plusMonths(1).atDay(1));
      boolean due = each.timeMs() > toMs && random.nextInt(3) > 0;
      if (due) {
        MoneyChange change =
            new MoneyChange.CloseMonth(month.toString(), toMs, month.getYear(), checked);
        facts.decided(each.timeMs(), change, false);
        month = random.nextBoolean() ? month.plusMonths(1) : month;
      }
      if (!going.isEmpty() && random.nextInt(4) == 0) {
        RunId saves = List.copyOf(going.values()).get(random.nextInt(going.size()));
        facts.add(each.timeMs(), each.actor(), new RunCheckpointed(saves, each.timeMs()));
      }
      Event event = late(each, last, random);
      goes(event, going);
      facts.add(each.timeMs(), each.actor(), days ? withDays(event) : event);
    }
    return facts;
  }

  /** A month that is checked from behind one fact until another, with which that is rejected. */
  private record Check(String month, long from, long to) {}

  /**
   * Runs whose stops, starts and ends are told days after they were, and checks that stay open
   * while facts come and are rejected then.
   */
  private static List<LoggedEvent> whileChecked(long seed, List<Check> checks) {
    SplittableRandom random = new SplittableRandom(seed);
    Facts facts = new Facts();
    site(facts, false, ENOUGH_HOURS);
    MoneyChange.CloseMonth open = null;
    long from = 0;
    for (LoggedEvent each : toldLate(random)) {
      YearMonth now = YearMonth.from(SHANGHAI.day(each.timeMs()));
      long toMs = SHANGHAI.startMs(now.atDay(1));
      if (open != null && random.nextInt(16) == 0) {
        checks.add(new Check(open.month(), from, facts.all.size() + 1L));
        facts.add(each.timeMs(), Actor.SCHEDULER, new MoneyDecided(from, false, open, "not yet"));
        open = null;
      } else if (open == null && toMs > OCT && random.nextInt(8) == 0) {
        from = facts.all.size() + 1L;
        String month = now.minusMonths(1).toString();
        open = new MoneyChange.CloseMonth(month, toMs, now.getYear(), true);
        facts.add(each.timeMs(), Actor.SCHEDULER, new MoneyProposed(from, open, "checked"));
      }
      facts.add(each.timeMs(), each.actor(), each.event());
    }
    return facts.all;
  }

  private static List<LoggedEvent> toldLate(SplittableRandom random) {
    NodeLog log = new NodeLog(OCT).postsDays().node("cn1", 64);
    TreeMap<Long, Runnable> told = new TreeMap<>();
    for (int day = 0; day < 100; day++) {
      tell(told, OCT + day * DAY_MS + HOUR_MS, () -> log.node("cn2", 1));
    }
    RunId[] runs = new RunId[12];
    for (int i = 0; i < runs.length; i++) {
      int number = i;
      long startMs = OCT + random.nextLong(50 * DAY_MS);
      long lastMs = tell(told, startMs, () -> runs[number] = log.start(1 + number % 3, "cn1"));
      long atMs = startMs;
      boolean stopped = false;
      while (atMs >= startMs) {
        long edgeMs = atMs + 1 + random.nextLong(5 * DAY_MS);
        boolean stop = !stopped;
        boolean ends = edgeMs > startMs + 20 * DAY_MS;
        long late = random.nextInt(3) == 0 ? 0 : random.nextLong(6 * DAY_MS);
        lastMs =
            tell(
                told,
                Math.max(lastMs, edgeMs) + late,
                () -> {
                  if (ends) {
                    log.end(runs[number], edgeMs, JobState.NODE_FAIL);
                  } else if (stop) {
                    log.suspend(runs[number], edgeMs, false);
                  } else {
                    log.go(runs[number], edgeMs);
                  }
                });
        stopped = stop;
        atMs = ends ? 0 : edgeMs;
      }
    }
    told.forEach((ms, each) -> {
      log.at(ms);
      each.run();
    });
    return log.events();
  }

  /** It is told then, or as soon after that as nothing else is. */
  private static long tell(TreeMap<Long, Runnable> told, long atMs, Runnable what) {
    long ms = atMs;
    while (told.putIfAbsent(ms, what) != null) {
      ms++;
    }
    return ms;
  }

  /** Those that run and are not stopped. */
  private static void goes(Event event, TreeMap<JobId, RunId> going) {
    switch (event) {
      case JobAllocated e -> going.put(e.run().job(), e.run());
      case JobResumed e -> going.put(e.run().job(), e.run());
      case JobSuspended e -> going.remove(e.run().job());
      case JobRequeued e -> going.remove(e.run().job());
      case JobEnded e -> going.remove(e.job());
      default -> {}
    }
  }

  private static Event withDays(Event event) {
    return event instanceof JobAllocated e
        ? new JobAllocated(e.run(), e.allocations(), 0, null, e.run().job().value() % 5 != 0)
        : event;
  }

  /**
   * Every other run ended long before that is told, at the earliest with its last stop or start.
   */
  private static Event late(
      LoggedEvent logged, TreeMap<JobId, Long> last, SplittableRandom random) {
    switch (logged.event()) {
      case JobAllocated e -> last.put(e.run().job(), logged.timeMs());
      case JobSuspended e -> last.put(e.run().job(), e.atMs());
      case JobResumed e -> last.put(e.run().job(), e.atMs());
      case JobKillRequested e -> last.put(e.run().job(), logged.timeMs());
      case JobEnded e -> {
        long fromMs = last.get(e.job());
        boolean late = random.nextBoolean() && e.endMs() > fromMs;
        long endMs = late ? random.nextLong(fromMs, e.endMs()) : e.endMs();
        return new JobEnded(
            e.job(),
            e.attempt(),
            e.state(),
            endMs,
            e.exit(),
            e.nodeTimeRejected(),
            e.detail(),
            e.operator());
      }
      default -> {}
    }
    return logged.event();
  }

  /** Lines with anything on them: what was posted and taken back leaves one of nothing. */
  private static List<String> lines(Ledger ledger) {
    List<String> all = new ArrayList<>();
    for (YearMonth month = YearMonth.of(2026, 10);
        month.getYear() < 2028;
        month = month.plusMonths(1)) {
      for (Statement.Line each : ledger.reads().statement("climate", month.toString()).lines()) {
        if (each.quantity().signum() != 0 || each.postedMicro() != 0) {
          all.add(month + " " + each.lateFor() + " " + each.quantity() + " " + each.postedMicro());
        }
      }
    }
    return all;
  }

  /** What allowances paid and refunds gave, whenever it stands on a statement. */
  private static TreeMap<String, Long> entries(Ledger ledger) {
    TreeMap<String, Long> sums = new TreeMap<>();
    for (YearMonth month = YearMonth.of(2026, 10);
        month.getYear() < 2028;
        month = month.plusMonths(1)) {
      for (StatementEntry each : ledger.reads().statement("climate", month.toString()).entries()) {
        sums.merge(each.kind() + " " + each.run(), each.amountMicro(), Math::addExact);
        sums.merge(each.kind() + " core-ms " + each.run(), each.coreMs(), Math::addExact);
      }
    }
    sums.values().removeIf(each -> each == 0);
    return sums;
  }

  private static List<String> running(Ledger ledger, long nowMs) {
    List<String> all = new ArrayList<>();
    for (long job = 1; job <= JOBS; job++) {
      ledger
          .reads()
          .hours()
          .of(new JobId(job), nowMs)
          .forEach(each ->
              all.add(
                  each.run()
                      + " "
                      + each.coreMs()
                      + " "
                      + each.costMicro()
                      + " "
                      + each.coveredMs()
                      + " "
                      + each.coveredMicro()));
    }
    return all;
  }

  private static List<String> charges(Ledger ledger) {
    List<String> all = new ArrayList<>();
    for (long job = 1; job <= JOBS; job++) {
      ledger
          .reads()
          .job(new JobId(job))
          .ifPresent(each -> all.add(each.id() + " " + each.coreMs() + " " + each.chargeMicro()));
    }
    return all;
  }

  /** What is used and held together, and so what is left. */
  private static List<String> budgets(Ledger ledger) {
    List<String> all = new ArrayList<>();
    for (BudgetUse each : ledger.reads().budgetUses().uses("2026-10").budgets()) {
      all.add(each.terms().name() + " " + each.left());
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatIsPostedOfRunsThatGoOnIsInTheEndWhatIsPostedAtTheirEnd(long seed) throws Exception {
    sameInTheEnd("months", seed, facts(seed, true, false).all);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatIsPostedOfDaysThatAreOverIsInTheEndWhatIsPostedAtTheEndOfTheirRuns(long seed)
      throws Exception {
    sameInTheEnd("days", seed, facts(seed, true, true).all);
  }

  /**
   * What is taken back is taken from the month in which it stands while that is open, and what an
   * allowance pays of a run stands in each month in which its time does, for which it is enough.
   */
  @Test
  void whatIsTakenBackIsTakenFromWhereItStandsWhateverWasCheckedMeanwhile() throws Exception {
    int elsewhere = 0;
    for (long seed : seeds().toArray()) {
      List<Check> checks = new ArrayList<>();
      List<LoggedEvent> facts = whileChecked(seed, checks);
      String name = "stands" + seed;
      database.create(name);
      try (Ledger ledger = database.open(name, SHANGHAI)) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int at = 0; at < facts.size(); ) {
          int to = Math.min(facts.size(), at + 1 + random.nextInt(20));
          ledger.record(facts.subList(at, to));
          at = to;
        }
      }
      elsewhere += standing(name, seed, facts, checks);
      assertThat(paidElsewhere(name)).as("seed %d", seed).isEmpty();
      database.audit(name);
    }
    assertThat(elsewhere).as("days taken back from another month than theirs").isPositive();
  }

  /** Compares each segment with where it must stand; how many were taken from another month. */
  private static int standing(String name, long seed, List<LoggedEvent> facts, List<Check> checks)
      throws Exception {
    int elsewhere = 0;
    Map<String, Deque<String>> stand = new HashMap<>();
    try (Connection connection = database.connect(name);
        java.sql.Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select concat_ws('/', job, attempt, from_ms, to_ms), from_ms, cores > 0, month,"
                    + " position from segment order by position, cores < 0 desc")) {
      while (row.next()) {
        String own = SHANGHAI.month(row.getLong(2));
        long position = row.getLong(5);
        Deque<String> months = stand.computeIfAbsent(row.getString(1), _ -> new ArrayDeque<>());
        String there = row.getBoolean(3) ? own : months.pop();
        String now = SHANGHAI.month(facts.get((int) position - 1).timeMs());
        String expected =
            isOpen(there, position, checks) ? there : isOpen(own, position, checks) ? own : now;
        if (checks.stream().noneMatch(each -> each.from == position || each.to == position)) {
          assertThat(row.getString(4))
              .as("seed %d, %s at %d", seed, row.getString(1), position)
              .isEqualTo(expected);
          elsewhere += there.equals(own) || !there.equals(expected) ? 0 : 1;
        }
        if (row.getBoolean(3)) {
          months.push(row.getString(4));
        }
      }
    }
    return elsewhere;
  }

  private static boolean isOpen(String month, long position, List<Check> checks) {
    return checks.stream()
        .noneMatch(
            each -> each.from < position && position < each.to && month.compareTo(each.month) <= 0);
  }

  private static List<String> paidElsewhere(String name) throws Exception {
    List<String> all = new ArrayList<>();
    try (Connection connection = database.connect(name);
        java.sql.Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select job, attempt, month, s.micro, e.micro from (select job, attempt, month,"
                    + " sum(charge_micro) as micro from segment group by 1, 2, 3) s full join"
                    + " (select job, attempt, month, sum(amount_micro) as micro from"
                    + " statement_entry where kind = 'ALLOWANCE' group by 1, 2, 3) e using (job,"
                    + " attempt, month) where coalesce(s.micro, 0) <> coalesce(e.micro, 0)")) {
      while (row.next()) {
        all.add(
            "run %d.%d in %s cost %s, of which %s was paid"
                .formatted(
                    row.getLong(1),
                    row.getInt(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5)));
      }
    }
    return all;
  }

  private static void sameInTheEnd(String name, long seed, List<LoggedEvent> posts)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<LoggedEvent> waits = facts(seed, false, false).all;
    String one = name + seed;
    String other = name + "_waits" + seed;
    database.create(one);
    database.create(other);
    try (Ledger posting = database.open(one, SHANGHAI);
        Ledger waiting = database.open(other, SHANGHAI)) {
      for (int at = 0; at < posts.size(); ) {
        int to = Math.min(posts.size(), at + 1 + random.nextInt(20));
        posting.record(posts.subList(at, to));
        waiting.record(waits.subList(at, to));
        at = to;
        if (random.nextInt(5) == 0 || at == posts.size()) {
          long nowMs = posts.get(at - 1).timeMs();
          assertThat(running(posting, nowMs))
              .as("seed %d, runs at %d", seed, at)
              .isEqualTo(running(waiting, nowMs));
          assertThat(budgets(posting))
              .as("seed %d, budgets at %d", seed, at)
              .isEqualTo(budgets(waiting));
        }
      }
      assertThat(lines(posting)).as("seed %d", seed).isEqualTo(lines(waiting));
      assertThat(entries(posting)).as("seed %d", seed).isEqualTo(entries(waiting));
      assertThat(posting.reads().balances("climate"))
          .as("seed %d", seed)
          .isEqualTo(waiting.reads().balances("climate"));
      assertThat(posting.reads().allowances().of("climate").stream().map(each -> each.row()))
          .as("seed %d", seed)
          .isEqualTo(
              waiting.reads().allowances().of("climate").stream().map(each -> each.row()).toList());
      assertThat(charges(posting)).as("seed %d", seed).isEqualTo(charges(waiting));
    }
    database.audit(one);
    database.drillDown(one, SHANGHAI);
  }
}
