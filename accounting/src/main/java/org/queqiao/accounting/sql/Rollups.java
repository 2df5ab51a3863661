package org.queqiao.accounting.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.archive.ArchiveFolder;

/**
 * What is summed up by month, compared with the segments that it is the sum of, row by row, and
 * made anew from them. Postings are not touched.
 */
public final class Rollups {
  private static final int MOST_DIFFERENCES = 100;

  private static final String KEYS = "month, project, user_name, partition, qos, domains, currency";

  /**
   * What is summed up, with the end user of its job. Standard core time is that of the posting of
   * each segment; without one there was no table of it, and core time is its own.
   */
  private static final String PARTS =
      """
      with standards as (
        select job, attempt, split_part(transaction, '/', 1) = 'unmeter' as back,
          split_part(transaction, '/', 4)::bigint as from_ms,
          coalesce(substring(transaction from '^(?:[^/]*/){4}(.*)$'), '') as item, amount
        from posting where unit = 'STANDARD_CORE_MS' and account like 'usage:%'
      ), parts as (
        select s.month, s.project, s.user_name, s.partition, s.qos, s.domains, s.currency, s.core_ms,
          s.charge_micro, coalesce(t.amount, s.core_ms) as standard_ms, j.end_user
        from segment s left join job j on j.id = s.job left join standards t on t.job = s.job and t.attempt = s.attempt
          and t.from_ms = s.from_ms and t.item = '' and t.back = (s.core_ms < 0)
        union all
        select i.month, i.project, i.user_name, i.partition, i.qos, i.domains, i.currency, 0,
          i.charge_micro, coalesce(t.amount, 0), j.end_user
        from segment_item i left join job j on j.id = i.job left join standards t on t.job = i.job and t.attempt = i.attempt
          and t.from_ms = i.from_ms and t.back = (i.units < 0)
          and t.item = i.resource || case i.node_type when '' then '' else '@' || i.node_type end
        union all
        select month, project, '', '', '', domains, currency, 0, charge_micro, 0, ''
        from reserved_time where charge_micro <> 0
      )
      """;

  /** The sums by month as the segments have them. */
  private static final String BY_MONTH =
      PARTS
          + "select "
          + KEYS
          + ", sum(core_ms) as core_ms, sum(charge_micro) as charge_micro, count(*) as segments,"
          + " sum(standard_ms) as standard_ms from parts group by "
          + KEYS;

  private static final String END_USER_KEYS = KEYS + ", end_user";

  /** Those of them that are of jobs with a named end user. */
  private static final String BY_END_USER =
      PARTS
          + "select "
          + END_USER_KEYS
          + ", sum(core_ms) as core_ms, sum(charge_micro) as charge_micro, sum(standard_ms) as"
          + " standard_ms from parts where end_user <> '' group by "
          + END_USER_KEYS;

  private static final String USER_KEYS = "month, user_name, project, domains, currency";

  /** The sums by user as those by month have them. */
  private static final String BY_USER =
      "select "
          + USER_KEYS
          + ", sum(core_ms)::bigint as core_ms, sum(charge_micro)::bigint as charge_micro,"
          + " sum(coalesce(standard_ms, core_ms))::bigint as standard_ms from usage_month group by "
          + USER_KEYS;

  private static final String MONTHS_DIFFER =
      "select concat_ws(' ', 'usage_month', "
          + KEYS
          + ") || ': ' || coalesce(u.core_ms, 0) || ' core-ms, ' || coalesce(u.charge_micro, 0) ||"
          + " ' micro-units, ' || coalesce(u.standard_ms, u.core_ms, 0) || ' standard of ' ||"
          + " coalesce(u.segments, 0) || ' segments, which are ' || coalesce(s.core_ms, 0) || ', '"
          + " || coalesce(s.charge_micro, 0) || ', ' || coalesce(s.standard_ms, 0) || ' and ' ||"
          + " coalesce(s.segments, 0) from usage_month u full join ("
          + BY_MONTH
          + ") s using ("
          + KEYS
          + ") where (u.core_ms, u.charge_micro, u.segments, coalesce(u.standard_ms, u.core_ms)) is"
          + " distinct from (s.core_ms, s.charge_micro, s.segments, s.standard_ms) order by "
          + KEYS;

  private static final String USERS_DIFFER =
      "select concat_ws(' ', 'usage_user_month', "
          + USER_KEYS
          + ") || ': ' || coalesce(u.core_ms, 0) || ' core-ms, ' || coalesce(u.charge_micro, 0) ||"
          + " ' micro-units, ' || coalesce(u.standard_ms, 0) || ' standard, which are ' ||"
          + " coalesce(m.core_ms, 0) || ', ' || coalesce(m.charge_micro, 0) || ' and ' ||"
          + " coalesce(m.standard_ms, 0) from usage_user_month u full join ("
          + BY_USER
          + ") m using ("
          + USER_KEYS
          + ") where (u.core_ms, u.charge_micro, u.standard_ms) is distinct from (m.core_ms,"
          + " m.charge_micro, m.standard_ms) order by "
          + USER_KEYS;

  private static final String END_USERS_DIFFER =
      "select concat_ws(' ', 'usage_end_user_month', "
          + END_USER_KEYS
          + ") || ': ' || coalesce(u.core_ms, 0) || ' core-ms, ' || coalesce(u.charge_micro, 0) ||"
          + " ' micro-units, ' || coalesce(u.standard_ms, 0) || ' standard, which are ' ||"
          + " coalesce(s.core_ms, 0) || ', ' || coalesce(s.charge_micro, 0) || ' and ' ||"
          + " coalesce(s.standard_ms, 0) from usage_end_user_month u full join ("
          + BY_END_USER
          + ") s using ("
          + END_USER_KEYS
          + ") where (u.core_ms, u.charge_micro, u.standard_ms) is distinct from (s.core_ms,"
          + " s.charge_micro, s.standard_ms) order by "
          + END_USER_KEYS;

  private Rollups() {}

  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private static <T> T connected(String url, String user, String password, Work<T> work) {
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      return work.on(connection);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Connects and {@link #compare(Connection, Path) compares}. */
  public static List<String> compare(String url, String user, String password, Path archive) {
    return connected(url, user, password, connection -> compare(connection, archive));
  }

  /** Connects and {@link #rebuild(Connection, Path) makes them anew}. */
  public static List<String> rebuild(String url, String user, String password, Path archive) {
    return connected(url, user, password, connection -> rebuild(connection, archive));
  }

  /**
   * What differs, in one state of the database and of the files of archived months; nothing is
   * written.
   *
   * @param archive the folder of archived months, or null where there are none
   * @return a line for each sum that is not that of its parts, at most a hundred of each table
   */
  public static List<String> compare(Connection connection, Path archive) throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    List<String> all = new ArrayList<>();
    try {
      if (ArchivedTables.readIn(connection, archive, all::add)) {
        differences(connection, MONTHS_DIFFER, all);
        differences(connection, USERS_DIFFER, all);
        differences(connection, END_USERS_DIFFER, all);
      }
    } finally {
      connection.rollback();
    }
    return all;
  }

  private static void differences(Connection connection, String sql, List<String> all)
      throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(sql + " limit " + MOST_DIFFERENCES);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.add(row.getString(1));
      }
    }
  }

  /**
   * Makes them anew in one transaction: the books wait meanwhile, reports have what was before.
   *
   * @param archive the folder of archived months, or null where there are none
   * @return what is wrong with the files of archived months; nothing is made then
   */
  public static List<String> rebuild(Connection connection, Path archive) throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    List<String> wrong = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("lock table intake in exclusive mode");
      ArchivedTables.hold(connection);
      ArchiveFolder folder = archive == null ? null : new ArchiveFolder(archive);
      if (!ArchivedTables.readIn(connection, folder, wrong::add)) {
        return wrong;
      }
      statement.execute("create temporary table made on commit drop as " + BY_MONTH);
      statement.execute("delete from usage_month");
      statement.execute(
          "insert into usage_month ("
              + KEYS
              + ", core_ms, charge_micro, segments, standard_ms) select * from made");
      statement.execute("delete from usage_user_month");
      statement.execute(
          "insert into usage_user_month ("
              + USER_KEYS
              + ", core_ms, charge_micro, standard_ms) "
              + BY_USER);
      statement.execute("delete from usage_end_user_month");
      statement.execute(
          "insert into usage_end_user_month ("
              + END_USER_KEYS
              + ", core_ms, charge_micro, standard_ms) "
              + BY_END_USER);
      connection.commit();
    } finally {
      connection.rollback();
    }
    return wrong;
  }
}
