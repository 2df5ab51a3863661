package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.accounting.ledger.DaysPosted;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.Months;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.ReservedBook;
import org.queqiao.accounting.nodes.NodeBook;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.TariffBook;

/**
 * What bookkeeping remembers of the database from one batch to the next. It is right as long as
 * nobody else has written since, and is forgotten when a batch fails.
 *
 * @param tariffs all prices
 * @param refunds all rules of refunds
 * @param projects domains of the projects that were asked for
 * @param volumes what was used under prices with tiers
 * @param parts of the tables that grow with runs
 * @param lines totals of statement lines
 * @param nodes and what holds them
 * @param reserved nodes and reservations
 * @param allowances those of which something is left or held
 * @param months that are open
 * @param days of runs that go on, that are posted
 * @param lastJob the highest number of a job
 */
record Known(
    TariffBook tariffs,
    RefundBook refunds,
    Map<ProjectName, List<DomainShare>> projects,
    Map<String, BigInteger> volumes,
    Parts parts,
    StatementLines lines,
    NodeBook nodes,
    ReservedBook reserved,
    AllowanceBook allowances,
    Months months,
    DaysPosted days,
    AtomicLong lastJob) {
  /** So many volumes are kept, each that of a project in a month or year. */
  private static final int MOST_VOLUMES = 100_000;

  /**
   * What a batch has changed that is about to be written. All batches before it are in the
   * database.
   */
  void took(Map<LineKey, LineTotal> changed, Map<String, BigInteger> used, long job) {
    lastJob.accumulateAndGet(job, Math::max);
    lines.took(changed);
    if (volumes.size() > MOST_VOLUMES) {
      volumes.clear();
    }
    volumes.putAll(used);
  }

  static Known read(Connection connection, BillingCalendar calendar) throws SQLException {
    TariffBook tariffs = Ledger.tariffs(connection);
    RefundBook refunds = new RefundBook();
    MoneyRows.approved(connection, tariffs, refunds);
    return new Known(
        tariffs,
        refunds,
        new HashMap<>(),
        new HashMap<>(),
        Parts.read(connection, calendar),
        new StatementLines(),
        NodeRows.read(connection, calendar),
        ReservedRows.read(connection, calendar),
        AllowanceRows.open(connection),
        MonthRows.read(connection, calendar),
        new DaysPosted(calendar, DayRows.read(connection)),
        new AtomicLong(lastJob(connection)));
  }

  private static long lastJob(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select max(id) from job");
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
