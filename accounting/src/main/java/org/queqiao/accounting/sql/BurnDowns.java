package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.usage.BurnDown;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;

/** When wallets and budgets will be used up. */
public final class BurnDowns {
  /** In the year 9999: no wallet is said to last beyond it. */
  private static final long NEVER_MS = 253_402_300_799_000L;

  private static final long DAY_MS = 86_400_000;

  private static final String SPENT =
      """
      with asked as (
        select ?::bigint as since, ?::text as project, ?::text as month, ?::text as person,
          ?::boolean as of_wallet
      ), payers as (
        -- Whose runs count: of a wallet those that it pays for, whose ever they are.
        select project from asked
        union
        select p.project from asked a join paid_run p on p.payer = a.project and p.month >= a.month
          where a.of_wallet
      ), used as (
        select s.project, s.month, s.user_name, s.currency, s.charge_micro, s.core_ms, s.from_ms,
          s.to_ms, s.job, s.attempt from segment s
        union all
        select i.project, i.month, i.user_name, i.currency, i.charge_micro, 0, i.from_ms, i.to_ms,
          i.job, i.attempt from segment_item i
        union all
        select r.project, r.month, '', r.currency, r.charge_micro, 0, r.from_ms, r.to_ms, null, null
          from reserved_time r where r.charge_micro <> 0
      ), paid as (
        select e.job, e.attempt, e.position, e.currency, e.amount_micro from asked a
          join statement_entry e on e.month >= a.month
            and (e.project = a.project and (a.of_wallet or e.for_project = '')
              or not a.of_wallet and e.for_project = a.project)
            and e.kind = 'ALLOWANCE' and e.amount_micro <> 0
            and (a.person = '' or e.user_name = a.person)
      ), parts as (
        select u.currency,
          u.charge_micro * (u.to_ms - greatest(u.from_ms, a.since))::numeric
            / (u.to_ms - u.from_ms) as micro,
          u.core_ms * (u.to_ms - greatest(u.from_ms, a.since))::numeric
            / (u.to_ms - u.from_ms) as core_ms
        from asked a cross join payers w join used u on u.project = w.project
          and u.month >= a.month
          and (not a.of_wallet or coalesce((select r.payer from paid_run r where r.job = u.job
            and r.attempt = u.attempt limit 1), u.project) = a.project)
          and u.to_ms > a.since and u.to_ms > u.from_ms
          and (a.person = '' or u.user_name = a.person)
        union all
        select e.currency, -e.amount_micro * coalesce(s.own, s.whole, 1), 0
        from asked a cross join paid e cross join lateral (
          select
            sum(inside) filter (where position = e.position)
              / nullif(sum(whole) filter (where position = e.position), 0) as own,
            sum(inside) / nullif(sum(whole), 0) as whole
          from (
            select position, (to_ms - from_ms) * cores as whole,
              greatest(to_ms - greatest(from_ms, a.since), 0) * cores as inside
            from segment where job = e.job and attempt = e.attempt) as posted) s
      )
      select currency, round(sum(micro)), round(sum(core_ms)) from parts group by currency
      """;

  private final ArchivedRuns runs;
  private final BillingCalendar calendar;
  private final LedgerReads reads;

  BurnDowns(ArchivedRuns runs, BillingCalendar calendar, LedgerReads reads) {
    this.runs = runs;
    this.calendar = calendar;
    this.reads = reads;
  }

  /** What was charged in each currency, and core time under the empty one. */
  private record Spent(Map<String, Long> micro, long coreMs) {}

  /**
   * The wallets of a project and its budgets that hold now, wallets first.
   *
   * @param days so many are looked back
   */
  public List<BurnDown> of(String project, int days, long nowMs) {
    List<BurnDown> all = new ArrayList<>();
    Spent ofWallet = spent(project, "", true, days, nowMs);
    Spent whole = spent(project, "", false, days, nowMs);
    for (LedgerReads.Balance each : reads.balances(project)) {
      if (each.paysBefore()) {
        long left = Math.addExact(each.availableMicro(), each.heldMicro());
        long used = ofWallet.micro().getOrDefault(each.currency(), 0L);
        all.add(
            BurnDown.of(
                BurnDown.Kind.WALLET,
                each.currency(),
                BudgetUnit.MONEY.name(),
                each.currency(),
                left,
                used,
                days,
                nowMs,
                NEVER_MS));
      }
    }
    for (BudgetUse each : reads.budgetUses().uses(calendar.month(nowMs)).budgets()) {
      if (each.terms().project().value().equals(project) && each.isInForce()) {
        UserName user = each.terms().user();
        Spent own = user == null ? whole : spent(project, user.value(), false, days, nowMs);
        all.add(budget(each, own, days, nowMs));
      }
    }
    return all;
  }

  private BurnDown budget(BudgetUse use, Spent spent, int days, long nowMs) {
    BudgetTerms terms = use.terms();
    boolean money = terms.unit() == BudgetUnit.MONEY;
    String last = terms.isMonthly() ? use.month() : terms.toMonth();
    return BurnDown.of(
        BurnDown.Kind.BUDGET,
        terms.name().value(),
        terms.unit().name(),
        terms.currency(),
        Math.subtractExact(terms.amount(), use.used().longValueExact()),
        money ? spent.micro().getOrDefault(terms.currency(), 0L) : spent.coreMs(),
        days,
        nowMs,
        calendar.startMs(YearMonth.parse(last).plusMonths(1).atDay(1)));
  }

  /**
   * What is posted of runs, and what was reserved, by the part of each segment within the days;
   * what packages paid is left out by the same part of what was posted with it: of a day, or of the
   * run.
   */
  private Spent spent(String project, String user, boolean ofWallet, int days, long nowMs) {
    long fromMs = nowMs - days * DAY_MS;
    YearMonth first = YearMonth.parse(calendar.month(fromMs));
    // The month before has the first part of runs that packages paid.
    return runs.over(
        first.minusMonths(1).toString(),
        calendar.month(nowMs),
        connection -> spent(connection, project, user, ofWallet, fromMs));
  }

  private Spent spent(
      Connection connection, String project, String user, boolean ofWallet, long fromMs)
      throws SQLException {
    Map<String, Long> micro = new HashMap<>();
    BigDecimal coreMs = BigDecimal.ZERO;
    try (PreparedStatement statement = connection.prepareStatement(SPENT)) {
      statement.setLong(1, fromMs);
      statement.setString(2, project);
      statement.setString(3, calendar.month(fromMs));
      statement.setString(4, user);
      statement.setBoolean(5, ofWallet);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          micro.put(row.getString(1), row.getBigDecimal(2).longValueExact());
          coreMs = coreMs.add(row.getBigDecimal(3));
        }
      }
    }
    return new Spent(micro, coreMs.longValueExact());
  }
}
