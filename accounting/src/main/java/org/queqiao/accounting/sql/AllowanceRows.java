package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.price.Covering;

/** Core-hours that projects have beside their wallets, to rows and back. */
public final class AllowanceRows {
  private static final String COLUMNS =
      "id, project, kind, core_ms, partition, valid_from_ms, valid_to_ms, left_ms, drawn_ms";

  private final DataSource database;

  AllowanceRows(DataSource database) {
    this.database = database;
  }

  /** Those of which something is left or held, or may come back from a run that goes on. */
  static AllowanceBook open(Connection connection) throws SQLException {
    AllowanceBook book = new AllowanceBook();
    try (PreparedStatement statement =
            connection.prepareStatement("select draws from open_run where draws <> ''");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        draws(row.getString(1)).forEach(each -> book.holds(each.allowance(), true));
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select "
                + COLUMNS
                + " from allowance where left_ms > 0 or drawn_ms > 0 or id = any(?) order by"
                + " id")) {
      statement.setArray(1, connection.createArrayOf("bigint", book.held().toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          book.load(row(row));
        }
      }
    }
    MoneyRows.order(connection).ifPresent(book::order);
    return book;
  }

  static AllowanceBook.Row row(ResultSet row) throws SQLException {
    String partition = row.getString("partition");
    Allowance allowance =
        new Allowance(
            new ProjectName(row.getString("project")),
            AllowanceKind.valueOf(row.getString("kind")),
            row.getLong("core_ms"),
            partition.isEmpty() ? null : new PartitionName(partition),
            row.getLong("valid_from_ms"),
            row.getLong("valid_to_ms"));
    return new AllowanceBook.Row(
        new Covering.Left(row.getLong("id"), allowance, row.getLong("left_ms")),
        row.getLong("drawn_ms"));
  }

  /**
   * An allowance of a project.
   *
   * @param told whether people were told that it ends soon
   */
  public record Listed(AllowanceBook.Row row, boolean told) {}

  /** Those of a project, the newest first; no more than {@link LedgerReads#MAX_ROWS}. */
  public List<Listed> of(String project) {
    List<Listed> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + COLUMNS
                    + ", exists (select from alert_mark where subject = 'allowance/' || id) as told"
                    + " from allowance where project = ? order by id desc limit ?")) {
      statement.setString(1, project);
      statement.setInt(2, LedgerReads.MAX_ROWS);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(new Listed(row(row), row.getBoolean("told")));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }

  /** Those that end within a time and of which something is left. */
  public List<AllowanceBook.Row> ending(long afterMs, long untilMs) {
    List<AllowanceBook.Row> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + COLUMNS
                    + " from allowance where left_ms > 0 and valid_to_ms > ? and valid_to_ms <= ?"
                    + " order by id")) {
      statement.setLong(1, afterMs);
      statement.setLong(2, untilMs);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(row(row));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }

  static void write(Connection connection, List<AllowanceBook.Row> changed) throws SQLException {
    if (changed.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into allowance ("
                + COLUMNS
                + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set left_ms ="
                + " excluded.left_ms, drawn_ms = excluded.drawn_ms")) {
      for (AllowanceBook.Row each : changed) {
        Allowance allowance = each.left().allowance();
        statement.setLong(1, each.left().id());
        statement.setString(2, allowance.project().value());
        statement.setString(3, allowance.kind().name());
        statement.setLong(4, allowance.coreMs());
        statement.setString(5, allowance.partition() == null ? "" : allowance.partition().value());
        statement.setLong(6, allowance.validFromMs());
        statement.setLong(7, allowance.validToMs());
        statement.setLong(8, each.left().leftMs());
        statement.setLong(9, each.drawnMs());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  static String draws(List<Covering.Draw> draws) {
    List<String> parts = new ArrayList<>();
    for (Covering.Draw each : draws) {
      parts.add(each.allowance() + "," + each.coreMs());
    }
    return String.join(",", parts);
  }

  static List<Covering.Draw> draws(String text) {
    List<Covering.Draw> draws = new ArrayList<>();
    if (!text.isEmpty()) {
      String[] parts = text.split(",");
      for (int i = 0; i < parts.length; i += 2) {
        draws.add(new Covering.Draw(Long.parseLong(parts[i]), Long.parseLong(parts[i + 1])));
      }
    }
    return draws;
  }
}
