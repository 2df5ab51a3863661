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
  /** More than there are classes of customers, prices and their ends, and proposals that wait. */
  private static final int MOST_STANDING = 20_000;

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
    List<ProposalRow> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + MoneyRows.PROPOSAL_COLUMNS
                    + " from proposal where id < ? and (?::text is null or state = ?) order by id"
                    + " desc limit ?")) {
      statement.setLong(1, beforeId);
      statement.setString(2, state == null ? null : state.name());
      statement.setString(3, state == null ? null : state.name());
      statement.setInt(4, Math.min(limit, LedgerReads.MAX_ROWS));
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

  /** Those of some kinds that wait or were approved, in the order of that; so many at most. */
  public List<ProposalRow> standing(Collection<String> kinds) {
    List<ProposalRow> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + MoneyRows.PROPOSAL_COLUMNS
                    + " from proposal where kind = any(?) and state <> 'REJECTED' order by position"
                    + " limit ?")) {
      statement.setArray(1, connection.createArrayOf("text", kinds.toArray()));
      statement.setInt(2, MOST_STANDING);
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

  /** The approved contracts of a project, the newest first; so many at most. */
  public List<ProposalRow> contracts(ProjectName project) {
    List<ProposalRow> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + MoneyRows.PROPOSAL_COLUMNS
                    + " from proposal where kind = 'CONTRACT' and state = 'APPROVED' and project ="
                    + " ? order by id desc limit ?")) {
      statement.setString(1, project.value());
      statement.setInt(2, LedgerReads.MAX_ROWS);
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

  /**
   * Top-ups whose reason begins with one of these marks, the newest first.
   *
   * @param marks such as {@code [invoice-17]}; none contains a closing bracket but at its end
   */
  public List<ProposalRow> topUpsMarked(Collection<String> marks) {
    List<ProposalRow> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + MoneyRows.PROPOSAL_COLUMNS
                    + " from proposal where kind = 'TOP_UP' and split_part(reason, ']', 1) || ']' ="
                    + " any(?) order by id desc")) {
      statement.setArray(1, connection.createArrayOf("text", marks.toArray()));
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
