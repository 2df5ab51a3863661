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
import javax.sql.DataSource;
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

  private final DataSource database;
  private final BillingCalendar calendar;
  private final LedgerReads reads;

  BurnDowns(DataSource database, BillingCalendar calendar, LedgerReads reads) {
    this.database = database;
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
    Spent whole = spent(project, "", days, nowMs);
    for (LedgerReads.Balance each : reads.balances(project)) {
      if (each.paysBefore()) {
        long left = Math.addExact(each.availableMicro(), each.heldMicro());
        long used = whole.micro().getOrDefault(each.currency(), 0L);
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
        Spent own = user == null ? whole : spent(project, user.value(), days, nowMs);
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

  /** Runs that ended, by the begin of their segments. */
  private Spent spent(String project, String user, int days, long nowMs) {
    long fromMs = calendar.startMs(calendar.day(nowMs).minusDays(days));
    String where =
        " where project = ? and month >= ? and from_ms >= ? and (? = '' or user_name = ?)";
    String sql =
        "select currency, sum(charge_micro)::numeric, sum(core_ms)::numeric from (select currency,"
            + " charge_micro, core_ms from segment"
            + where
            + " union all select currency, charge_micro, 0 from segment_item"
            + where
            + ") as s group by currency";
    Map<String, Long> micro = new HashMap<>();
    BigDecimal coreMs = BigDecimal.ZERO;
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = 1;
      for (int i = 0; i < 2; i++) {
        statement.setString(next, project);
        statement.setString(next + 1, calendar.month(fromMs));
        statement.setLong(next + 2, fromMs);
        statement.setString(next + 3, user);
        statement.setString(next + 4, user);
        next += 5;
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          micro.put(row.getString(1), row.getBigDecimal(2).longValueExact());
          coreMs = coreMs.add(row.getBigDecimal(3));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return new Spent(micro, coreMs.longValueExact());
  }
}
