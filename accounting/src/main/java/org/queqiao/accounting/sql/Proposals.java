package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.contract.id.ProjectName;

/** Changes by two people, those that wait and those that were decided. */
public final class Proposals {
  private final DataSource database;

  Proposals(DataSource database) {
    this.database = database;
  }

  /**
   * Those with a number below a bound, the newest first.
   *
   * @param state only those, or null for all
   */
  public List<ProposalRow> before(long beforeId, ProposalRow.State state, int limit) {
    String name = state == null ? null : state.name();
    return rows(
        "id < ? and (?::text is null or state = ?) order by id desc limit ?",
        statement -> {
          statement.setLong(1, beforeId);
          statement.setString(2, name);
          statement.setString(3, name);
          statement.setInt(4, Math.min(limit, LedgerReads.MAX_ROWS));
        });
  }

  /** What two people agreed on, as it stands. */
  public StandingWords standing() {
    return new StandingWords(database);
  }

  /** The approved contracts of a project, the newest first; so many at most. */
  public List<ProposalRow> contracts(ProjectName project) {
    return rows(
        "kind = 'CONTRACT' and state = 'APPROVED' and project = ? order by id desc limit ?",
        statement -> {
          statement.setString(1, project.value());
          statement.setInt(2, LedgerReads.MAX_ROWS);
        });
  }

  /**
   * Top-ups whose reason begins with one of these marks, the newest first.
   *
   * @param marks such as {@code [invoice-17]}; none contains a closing bracket but at its end
   */
  public List<ProposalRow> topUpsMarked(Collection<String> marks) {
    return rows(
        "kind = 'TOP_UP' and split_part(reason, ']', 1) || ']' = any(?) order by id desc",
        statement -> texts(statement, marks));
  }

  /** Fills in what a question leaves open. */
  @FunctionalInterface
  private interface Values {
    void fill(PreparedStatement statement) throws SQLException;
  }

  private static void texts(PreparedStatement statement, Collection<String> all)
      throws SQLException {
    statement.setArray(1, statement.getConnection().createArrayOf("text", all.toArray()));
  }

  private List<ProposalRow> rows(String where, Values values) {
    List<ProposalRow> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select " + MoneyRows.PROPOSAL_COLUMNS + " from proposal where " + where)) {
      values.fill(statement);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(MoneyRows.proposal(row));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }
}
