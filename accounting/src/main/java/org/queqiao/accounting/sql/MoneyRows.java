package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.TariffBook;

/** Changes by two people and entries of statements, to rows and back. */
final class MoneyRows {
  static final String PROPOSAL_COLUMNS =
      "id, state, fact, proposed_by, proposed_ms, reason, decided_by, decided_ms, decision";
  private static final String ENTRY_COLUMNS =
      "transaction, kind, project, month, user_name, job, attempt, cause, reason, amount_micro,"
          + " currency, position, core_ms, for_project";

  /**
   * The entries of a statement, in the order of their causes. What two people agreed to is told
   * with their names and with the reason of who proposed it, which the entry in the books, made of
   * the decision, does not have. Those that another project paid stand on its statement and are
   * told here too. Parameters: project twice, month.
   */
  static final String ENTRIES =
      """
      select e.transaction, e.kind, e.project, e.month, e.user_name, e.job, e.attempt, e.cause,
        case when p.id is null then e.reason
          else left(e.reason, length(e.reason) - length(p.decision)) || p.reason end as reason,
        e.amount_micro, e.currency, e.position, e.core_ms, e.for_project,
        coalesce(p.proposed_by, '') as proposed_by, coalesce(p.decided_by, '') as decided_by
      from statement_entry e left join proposal p
        on p.position = e.position and p.state = 'APPROVED' and e.kind in ('REFUND', 'CORRECTION')
      where (e.project = ? or e.for_project = ?) and e.month = ?
      order by e.position, e.transaction
      """;

  private MoneyRows() {}

  static void put(Connection connection, TariffDefined tariff) throws SQLException {
    Rows.run(
        connection,
        "insert into tariff (partition, valid_from_ms, price_micro, currency) values (?, ?, ?,"
            + " ?) on conflict (partition, valid_from_ms) do update set price_micro ="
            + " excluded.price_micro, currency = excluded.currency",
        tariff.partition().value(),
        tariff.validFromMs(),
        tariff.priceMicroPerCoreHour(),
        tariff.currency());
  }

  static void propose(Connection connection, MoneyProposed event, LoggedEvent logged)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into proposal (id, kind, project, state, fact, proposed_by, proposed_ms,"
                + " reason, position) values (?, ?, ?, 'OPEN', ?, ?, ?, ?, ?)")) {
      statement.setLong(1, event.proposal());
      statement.setString(2, kind(event.change()));
      ProjectName project =
          event.change() instanceof MoneyChange.Contract each
              ? each.terms().project()
              : event.change().wallet();
      statement.setString(3, project == null ? "" : project.value());
      statement.setBytes(4, EventCodec.encode(logged.actor(), event));
      statement.setString(5, logged.actor().toString());
      statement.setLong(6, logged.timeMs());
      statement.setString(7, event.reason());
      statement.setLong(8, logged.position());
      statement.executeUpdate();
    }
  }

  static void decide(Connection connection, MoneyDecided event, LoggedEvent logged)
      throws SQLException {
    Rows.run(
        connection,
        "update proposal set state = ?, fact = ?, decided_by = ?, decided_ms = ?, decision = ?,"
            + " position = ? where id = ?",
        event.approved() ? "APPROVED" : "REJECTED",
        EventCodec.encode(logged.actor(), event),
        logged.actor().toString(),
        logged.timeMs(),
        event.reason(),
        logged.position(),
        event.proposal());
  }

  private static String kind(MoneyChange change) {
    return switch (change) {
      case MoneyChange.TopUp _ -> "TOP_UP";
      case MoneyChange.Price _ -> "PRICE";
      case MoneyChange.RefundRule _ -> "REFUND_RULE";
      case MoneyChange.Correction _ -> "CORRECTION";
      case MoneyChange.CustomerClass _ -> "CUSTOMER_CLASS";
      case MoneyChange.ProjectPayer _ -> "PROJECT_PAYER";
      case MoneyChange.Conversion _ -> "CONVERSION";
      case MoneyChange.Budget _ -> "BUDGET";
      case MoneyChange.Refund _ -> "REFUND";
      case MoneyChange.CreditLine _ -> "CREDIT_LINE";
      case MoneyChange.PriceEnd _ -> "PRICE_END";
      case MoneyChange.TaxRate _ -> "TAX_RATE";
      case MoneyChange.FiscalYear _ -> "FISCAL_YEAR";
      case MoneyChange.Contract _ -> "CONTRACT";
      case MoneyChange.NewAllowance _ -> "ALLOWANCE";
      case MoneyChange.OrderOfAllowances _ -> "ALLOWANCE_ORDER";
      case MoneyChange.CloseMonth _ -> "CLOSE_MONTH";
      case MoneyChange.ArchiveMonth _ -> "ARCHIVE_MONTH";
      case MoneyChange.StatementPaid _ -> "STATEMENT_PAID";
      case MoneyChange.JobBilling _ -> "JOB_BILLING";
    };
  }

  static ProposalRow proposal(ResultSet row) throws SQLException {
    return new ProposalRow(
        row.getLong("id"),
        ProposalRow.State.valueOf(row.getString("state")),
        change(row.getBytes("fact")),
        row.getString("proposed_by"),
        row.getLong("proposed_ms"),
        row.getString("reason"),
        row.getString("decided_by"),
        row.getLong("decided_ms"),
        row.getString("decision"));
  }

  static MoneyChange change(byte[] fact) {
    return switch (EventCodec.decode(fact).event()) {
      case MoneyProposed e -> e.change();
      case MoneyDecided e -> e.change();
      default -> throw new IllegalStateException("a proposal is kept as another fact");
    };
  }

  /** Adds what was approved, in the order of its approval. */
  static void approved(Connection connection, TariffBook prices, RefundBook refunds)
      throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select fact, id from proposal where state = 'APPROVED' and kind in ('PRICE',"
                    + " 'PRICE_END', 'REFUND_RULE', 'CUSTOMER_CLASS', 'PROJECT_PAYER', 'CONVERSION',"
                    + " 'CONTRACT') order by position");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        switch (change(row.getBytes(1))) {
          case MoneyChange.Price each -> prices.add(row.getLong(2), each.item());
          case MoneyChange.PriceEnd each -> prices.end(each);
          case MoneyChange.CustomerClass each -> prices.add(each);
          case MoneyChange.ProjectPayer each -> prices.add(each);
          case MoneyChange.Conversion each -> prices.add(each);
          case MoneyChange.Contract each -> prices.add(each.terms());
          case MoneyChange.RefundRule each -> refunds.add(each);
          case MoneyChange.TopUp _,
              MoneyChange.Correction _,
              MoneyChange.Budget _,
              MoneyChange.Refund _,
              MoneyChange.CloseMonth _,
              MoneyChange.ArchiveMonth _,
              MoneyChange.StatementPaid _,
              MoneyChange.JobBilling _,
              MoneyChange.TaxRate _,
              MoneyChange.FiscalYear _,
              MoneyChange.CreditLine _,
              MoneyChange.NewAllowance _,
              MoneyChange.OrderOfAllowances _ -> {}
        }
      }
    }
  }

  /** Adds the classes of customers and the contracts that were approved, and no price. */
  static void classes(Connection connection, TariffBook book) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select fact from proposal where state = 'APPROVED' and kind in"
                    + " ('CUSTOMER_CLASS', 'CONTRACT') order by position");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        MoneyChange change = change(row.getBytes(1));
        if (change instanceof MoneyChange.CustomerClass each) {
          book.add(each);
        } else if (change instanceof MoneyChange.Contract each) {
          book.add(each.terms());
        }
      }
    }
  }

  /** In which order runs take of allowances, where that was ever approved. */
  static Optional<AllowanceOrder> order(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select fact from proposal where state = 'APPROVED' and kind = 'ALLOWANCE_ORDER'"
                    + " order by position desc limit 1");
        ResultSet row = statement.executeQuery()) {
      return row.next()
              && change(row.getBytes(1)) instanceof MoneyChange.OrderOfAllowances(var order)
          ? Optional.of(order)
          : Optional.empty();
    }
  }

  static void write(Connection connection, List<StatementEntry> entries) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into statement_entry ("
                + ENTRY_COLUMNS
                + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing")) {
      for (StatementEntry each : entries) {
        statement.setString(1, each.transaction());
        statement.setString(2, each.kind().name());
        statement.setString(3, each.project().value());
        statement.setString(4, each.month());
        statement.setString(5, each.user());
        boolean ofRun = each.run() != null;
        statement.setObject(6, ofRun ? each.run().job().value() : null, Types.BIGINT);
        statement.setObject(7, ofRun ? each.run().attempt() : null, Types.INTEGER);
        statement.setString(8, each.cause());
        statement.setString(9, each.reason());
        statement.setLong(10, each.amountMicro());
        statement.setString(11, each.currency());
        statement.setLong(12, each.position());
        statement.setLong(13, each.coreMs());
        statement.setString(14, each.forProjectName());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  static StatementEntry entry(ResultSet row) throws SQLException {
    long job = row.getLong("job");
    RunId run = row.wasNull() ? null : new RunId(new JobId(job), row.getInt("attempt"));
    return new StatementEntry(
        row.getString("transaction"),
        StatementEntry.Kind.valueOf(row.getString("kind")),
        new ProjectName(row.getString("project")),
        row.getString("month"),
        row.getString("user_name"),
        run,
        row.getString("cause"),
        row.getString("reason"),
        row.getLong("amount_micro"),
        row.getString("currency"),
        row.getLong("position"),
        row.getLong("core_ms"),
        new StatementEntry.People(row.getString("proposed_by"), row.getString("decided_by")),
        Rows.projectOrNull(row.getString("for_project")));
  }
}
