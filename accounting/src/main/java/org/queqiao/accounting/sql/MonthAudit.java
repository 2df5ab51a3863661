package org.queqiao.accounting.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.queqiao.accounting.statement.StatementSum;
import org.queqiao.accounting.witness.MonthFile;
import org.queqiao.accounting.witness.SignedMonth;

/** Checks closed months: their statements, their numbers, and what was signed of them. */
final class MonthAudit {
  private MonthAudit() {}

  static void check(Connection connection, Path signed, PublicKey key, Consumer<String> problem)
      throws SQLException, IOException {
    Map<String, SignedMonth> known = new TreeMap<>();
    boolean compared = key != null && Files.exists(signed);
    if (compared) {
      for (SignedMonth each : MonthFile.read(signed)) {
        if (each.isSignedBy(key)) {
          known.put(each.month(), each);
        } else {
          problem.accept("month " + each.month() + " has a wrong signature");
        }
      }
    }
    for (MonthReads.Row each : MonthReads.rows(connection)) {
      if (each.closed()) {
        check(connection, each, problem);
        SignedMonth witness = known.remove(each.month());
        if (compared && witness == null) {
          problem.accept("month " + each.month() + " is closed and was not signed");
        } else if (witness != null && !witness.says(each.unsigned())) {
          problem.accept("month " + each.month() + " is closed otherwise than it was signed");
        }
      }
    }
    known
        .keySet()
        .forEach(month ->
            problem.accept("month " + month + " was signed and is not closed in this ledger"));
    numbers(connection, problem);
  }

  private static void check(Connection connection, MonthReads.Row row, Consumer<String> problem)
      throws SQLException {
    if (!MonthRows.sha256(connection, row.month()).equals(row.sha256())) {
      problem.accept(
          "the statements of " + row.month() + " are other ones than those that were closed");
    }
    sums(connection, row.month(), problem);
    try (PreparedStatement statement =
        connection.prepareStatement("select hash from posting where seq = ?")) {
      statement.setLong(1, row.seq());
      try (ResultSet posting = statement.executeQuery()) {
        boolean same =
            posting.next()
                ? HexFormat.of().formatHex(posting.getBytes(1)).equals(row.hash())
                : row.seq() == 0;
        if (!same) {
          problem.accept("month " + row.month() + " was closed behind another posting");
        }
      }
    }
  }

  /** What statements come to is what their lines and entries say. */
  private static void sums(Connection connection, String month, Consumer<String> problem)
      throws SQLException {
    Map<String, String> computed = new TreeMap<>();
    for (StatementSum each : StatementSums.computed(connection, month, null)) {
      computed.put(each.project() + " in " + each.currency(), told(each));
    }
    for (StatementSum each : StatementSums.read(connection, month)) {
      String name = each.project() + " in " + each.currency();
      if (!told(each).equals(computed.get(name))) {
        problem.accept(
            "the statement of "
                + name
                + " for "
                + month
                + " was closed with "
                + told(each)
                + ", and its lines say "
                + computed.get(name));
      }
    }
  }

  private static String told(StatementSum sum) {
    return sum.netMicro() + " net, " + sum.postedMicro() + " posted, " + sum.taxMicro() + " tax";
  }

  private static void numbers(Connection connection, Consumer<String> problem) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select fiscal_year, count(*) from statement_close group by fiscal_year having"
                    + " min(serial) <> 1 or max(serial) <> count(*) order by 1");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        problem.accept(
            "the numbers of "
                + row.getInt(1)
                + " are not 1 to "
                + row.getLong(2)
                + " without a gap");
      }
    }
  }
}
