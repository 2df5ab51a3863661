package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.StatementSum;

/**
 * Statements of months that were closed before payments were posted, and for which nothing came in
 * since: their charges are still a debt of their wallets. Who paid before has paid them with the
 * wallet, unless that is below zero.
 */
final class OldCloses {
  private static final String WITHOUT_SUMS =
      """
      select c.project, c.month, c.state, c.fiscal_year, c.serial,
          exists (select from prepaid p where p.project = c.project) as prepaid,
          array(select b.currency from balance b
            where b.account in ('wallet:' || c.project, 'held:' || c.project) and b.unit = 'MICRO'
            group by b.currency having sum(b.amount) < 0) as below
        from statement_close c join month_close m on m.month = c.month
        where m.state = 'CLOSED' and not m.settles_wallets
          and exists (select from statement_line l where l.project = c.project
            and l.month = c.month and l.posted_micro > 0)
          and not exists (select from statement_sum s where s.project = c.project
            and s.month = c.month)
        order by c.month, c.project collate "C"
      """;

  private OldCloses() {}

  /** What is to be done about them, the oldest first. */
  static List<String> matters(Connection connection, int most) throws SQLException {
    List<String> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(WITHOUT_SUMS);
        ResultSet row = statement.executeQuery()) {
      while (found.size() < most && row.next()) {
        boolean prepaid = row.getBoolean("prepaid");
        Set<String> below = Set.of((String[]) row.getArray("below").getArray());
        for (StatementSum each :
            StatementSums.computed(connection, row.getString("month"), row.getString("project"))) {
          if (each.askedMicro() > 0 && (!prepaid || below.contains(each.currency()))) {
            found.add(told(row));
            break;
          }
        }
      }
    }
    return found;
  }

  private static String told(ResultSet row) throws SQLException {
    String name =
        "statement "
            + Standing.number(row.getInt("fiscal_year"), row.getLong("serial"))
            + " of project "
            + row.getString("project")
            + " for "
            + row.getString("month");
    return row.getString("state").equals("PAID")
        ? name
            + " was paid by word before payments were posted: take its payment back and state it"
            + " again, so that it reaches the wallet"
        : name
            + " was closed before payments were posted and is not paid: state its payment, so that"
            + " later statements do not ask for it again";
  }
}
