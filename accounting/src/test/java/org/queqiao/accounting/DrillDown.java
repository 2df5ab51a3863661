package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LineRuns;
import org.queqiao.accounting.statement.LineRun;
import org.queqiao.accounting.statement.Statement;

/** Drills down from lines of statements. */
final class DrillDown {
  private static final int PAGE = 3;

  /** So few that pages end between, and without, runs of the line. */
  private static final int LOOKED_AT = 2;

  private DrillDown() {}

  /** The runs of a line, page by page. */
  static List<LineRun> runs(Ledger ledger, String project, String month, long line) {
    List<LineRun> all = new ArrayList<>();
    LineRuns.After after = LineRuns.After.NOTHING;
    while (after != null) {
      LineRuns.Page page =
          ledger.reads().lineRuns().of(project, month, line, after, PAGE, LOOKED_AT).orElseThrow();
      assertThat(page.runs().size()).isLessThanOrEqualTo(PAGE);
      all.addAll(page.runs());
      after = page.next();
    }
    return all;
  }

  /** What the runs of each line of all statements come to is the line. */
  static void sumsToEveryLine(Ledger ledger, Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select distinct project, month from statement_line order by 1, 2");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        String project = row.getString(1);
        String month = row.getString(2);
        for (Statement.Line line : ledger.reads().statement(project, month).lines()) {
          BigInteger quantity = BigInteger.ZERO;
          long micro = 0;
          Set<Object> seen = new HashSet<>();
          for (LineRun each : runs(ledger, project, month, line.id())) {
            quantity = quantity.add(each.quantity());
            micro += each.chargedMicro();
            assertThat(each.run() == null || seen.add(each.run())).isTrue();
          }
          String what = project + " " + month + " " + line;
          assertThat(quantity).as(what).isEqualTo(line.quantity());
          assertThat(micro).as(what).isEqualTo(line.postedMicro());
        }
      }
    }
  }
}
