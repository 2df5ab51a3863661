package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.InForce;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.contract.event.TariffDefined;

/**
 * What two people agreed on, as it stands, a page at a time and the newest first. However many
 * there are, all are looked at for how each stands, and no more than the page is kept of them.
 */
public final class StandingWords {
  private static final int FETCH_ROWS = 500;

  /**
   * Which are asked for.
   *
   * @param kinds of which kinds, with the ends of prices where prices are asked for
   * @param beforeId with a lower number than this
   * @param limit so many at most
   */
  public record Question(Collection<String> kinds, long beforeId, int limit) {}

  /**
   * A page of them.
   *
   * @param words the newest first
   * @param first prices from before there were two people, all that are wanted
   */
  public record Page(List<InForce.Word> words, List<InForce.Word> first) {}

  private final DataSource database;

  StandingWords(DataSource database) {
    this.database = database;
  }

  /** A page of those that are wanted. */
  public Page page(
      Question question, List<TariffDefined> first, long nowMs, Predicate<InForce.Word> wanted) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try {
        InForce all = learnt(connection, question, new InForce(first, nowMs));
        return new Page(
            page(connection, question, all, wanted), all.first().stream().filter(wanted).toList());
      } finally {
        connection.rollback();
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static InForce learnt(Connection connection, Question question, InForce all)
      throws SQLException {
    try (PreparedStatement statement =
        select(connection, question, "state = 'APPROVED' order by position")) {
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.learn(MoneyRows.proposal(row));
        }
      }
    }
    return all;
  }

  private static List<InForce.Word> page(
      Connection connection, Question question, InForce all, Predicate<InForce.Word> wanted)
      throws SQLException {
    List<InForce.Word> page = new ArrayList<>();
    try (PreparedStatement statement =
        select(
            connection,
            question,
            "state <> 'REJECTED' and kind <> 'PRICE_END' and id < ? order by id desc")) {
      statement.setLong(2, question.beforeId());
      try (ResultSet row = statement.executeQuery()) {
        while (page.size() < question.limit() && row.next()) {
          ProposalRow each = MoneyRows.proposal(row);
          InForce.Word word = all.word(each);
          if (wanted.test(word)) {
            page.add(word);
          }
        }
      }
    }
    return page;
  }

  private static PreparedStatement select(Connection connection, Question question, String more)
      throws SQLException {
    PreparedStatement statement =
        connection.prepareStatement(
            "select "
                + MoneyRows.PROPOSAL_COLUMNS
                + " from proposal where kind = any(?) and "
                + more);
    statement.setFetchSize(FETCH_ROWS);
    statement.setArray(1, connection.createArrayOf("text", question.kinds().toArray()));
    return statement;
  }
}
