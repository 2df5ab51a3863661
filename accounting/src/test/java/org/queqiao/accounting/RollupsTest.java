package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.Rollups;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;

/** Sums by month are those of their segments, and are made anew from them. */
final class RollupsTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static List<ReportRow> report(Ledger ledger, ReportBy... by) {
    return ledger
        .reads()
        .reports()
        .usage(
            UsageReports.Question.of(List.of(by), "1970-01", "2999-12", Integer.MAX_VALUE),
            LedgerReads.Scope.ALL);
  }

  @ParameterizedTest
  @ValueSource(longs = {401, 402, 403})
  void sumsThatAreWrongMissingOrTooManyAreNamedAndMadeAnew(long seed) throws Exception {
    History history = History.random(seed);
    String name = "sums" + seed;
    database.create(name);
    try (Ledger ledger = database.open(name, CALENDAR);
        Connection connection = database.connect(name)) {
      ledger.record(history.events());
      assertThat(Rollups.compare(connection, null)).isEmpty();
      List<ReportRow> users = report(ledger, ReportBy.USER, ReportBy.DOMAIN, ReportBy.MONTH);
      List<ReportRow> partitions = report(ledger, ReportBy.PARTITION, ReportBy.MONTH);
      assertThat(users).isNotEmpty();
      List<ReportRow> endUsers = report(ledger, ReportBy.PROJECT, ReportBy.END_USER);
      assertThat(endUsers).anyMatch(each -> each.keys().get(1).startsWith("=end "));
      database.sql(
          name,
          "update usage_month set core_ms = core_ms + 7 where ctid = (select min(ctid) from"
              + " usage_month)",
          "delete from usage_month where ctid = (select max(ctid) from usage_month)",
          "insert into usage_month values ('2020-01', 'climate', 'nobody', 'batch', '', '', '', 5,"
              + " 0, 1, 5)",
          "update usage_month set standard_ms = standard_ms + 1 where ctid <> (select min(ctid)"
              + " from usage_month) and month <> '2020-01'",
          "update usage_user_month set charge_micro = charge_micro - 1",
          "update usage_end_user_month set core_ms = core_ms + 1 where ctid = (select min(ctid)"
              + " from usage_end_user_month)");
      List<String> differ = Rollups.compare(connection, null);
      assertThat(differ)
          .anyMatch(each -> each.startsWith("usage_month 2020-01 climate nobody batch"))
          .anyMatch(each -> each.startsWith("usage_user_month "))
          .anyMatch(each -> each.startsWith("usage_end_user_month "))
          .hasSizeGreaterThanOrEqualTo(5);
      Rollups.rebuild(connection, null);
      assertThat(Rollups.compare(connection, null)).isEmpty();
      assertThat(report(ledger, ReportBy.USER, ReportBy.DOMAIN, ReportBy.MONTH)).isEqualTo(users);
      assertThat(report(ledger, ReportBy.PARTITION, ReportBy.MONTH)).isEqualTo(partitions);
      assertThat(report(ledger, ReportBy.PROJECT, ReportBy.END_USER)).isEqualTo(endUsers);
      history.at(history.timeMs() + 1_000).fund(5);
      ledger.record(history.events());
      assertThat(ledger.position()).isEqualTo(history.events().size());
    }
    database.audit(name);
  }
}
