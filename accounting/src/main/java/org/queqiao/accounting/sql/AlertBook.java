package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.alert.Standing;

/**
 * Alerts: what was told about what, and what still has to be sent. The mark that something was told
 * and the alert itself are written together, so that nothing is told twice, also after a restart.
 */
public final class AlertBook {
  /** So many wait for one channel at most; what is due then is made once there is room. */
  public static final int MOST_WAITING = 10_000;

  /** So many that nobody was told are sent at most once there is somebody to tell. */
  public static final int MOST_UNTOLD = 1_000;

  /** How long after they were made; the next alert of a monthly budget is made sooner. */
  public static final long UNTOLD_MS = 31L * 86_400_000;

  private static final String SEND_UNTOLD =
      """
      insert into alert_delivery (alert, channel, state, tries, next_ms, error)
      select a.id, c.name, 'WAITING', 0, ?, ''
      from (
        select a.id from alert a join alert_mark m on m.subject = a.subject and m.level = a.level
        where a.made_ms >= ?
          and not exists (select from alert_delivery d where d.alert = a.id)
          and not exists (select from alert b where b.subject = a.subject and b.id > a.id)
        order by a.id desc limit ?) a
      cross join unnest(?::text[]) as c (name)
      """;

  private static final String RAISE =
      """
      insert into alert_mark (subject, level) values (?, ?)
      on conflict (subject) do update set level = excluded.level
      where alert_mark.level < excluded.level
      """;

  private final DataSource database;

  AlertBook(DataSource database) {
    this.database = database;
  }

  /**
   * What people are told.
   *
   * @param id its number, the same however often it is sent
   */
  public record Alert(
      long id,
      Standing.Kind kind,
      String subject,
      int level,
      String project,
      String title,
      String body,
      long madeMs) {
    private static Alert of(ResultSet row) throws SQLException {
      return new Alert(
          row.getLong("id"),
          Standing.Kind.valueOf(row.getString("kind")),
          row.getString("subject"),
          row.getInt("level"),
          row.getString("project"),
          row.getString("title"),
          row.getString("body"),
          row.getLong("made_ms"));
    }
  }

  /**
   * An alert that is to be sent.
   *
   * @param tries how often it was tried
   */
  public record Waiting(Alert alert, int tries) {}

  /**
   * An alert and how it went.
   *
   * @param deliveries one for each channel, by name
   */
  public record Told(Alert alert, List<Delivery> deliveries) {}

  /** How it went on one channel. */
  public record Delivery(String channel, String state, int tries, String error) {}

  /**
   * Makes the alerts that are due.
   *
   * @param channels by which they are sent
   * @return how many were made
   */
  public int raise(List<Standing> standings, Collection<String> channels, long nowMs) {
    int made = 0;
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        long room = room(connection);
        for (Standing each : standings) {
          if (each.level() == 0) {
            below(connection, each);
          } else if (made < room && rises(connection, each)) {
            add(connection, each, channels, nowMs);
            made++;
          }
        }
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return made;
  }

  /**
   * Has sent what was made while there was no channel and still stands: of each matter what was
   * told last, if that is not too long ago. What one channel was given is not sent by another that
   * came later.
   *
   * @param channels by which, that there are now
   * @return how many deliveries wait by this
   */
  public int sendUntold(Collection<String> channels, long nowMs) {
    if (channels.isEmpty()) {
      return 0;
    }
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SEND_UNTOLD)) {
      statement.setLong(1, nowMs);
      statement.setLong(2, nowMs - UNTOLD_MS);
      statement.setInt(3, MOST_UNTOLD);
      statement.setArray(4, connection.createArrayOf("text", channels.toArray()));
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static long room(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select coalesce(max(n), 0) from (select count(*) as n from alert_delivery where"
                    + " state = 'WAITING' group by channel) as c");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return MOST_WAITING - row.getLong(1);
    }
  }

  private static void below(Connection connection, Standing each) throws SQLException {
    if (each.returns()) {
      try (PreparedStatement statement =
          connection.prepareStatement("delete from alert_mark where subject = ?")) {
        statement.setString(1, each.subject());
        statement.executeUpdate();
      }
    }
  }

  private static boolean rises(Connection connection, Standing each) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RAISE)) {
      statement.setString(1, each.subject());
      statement.setInt(2, each.level());
      return statement.executeUpdate() == 1;
    }
  }

  private static void add(
      Connection connection, Standing each, Collection<String> channels, long nowMs)
      throws SQLException {
    long id;
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into alert (kind, subject, level, project, title, body, made_ms) values (?, ?,"
                + " ?, ?, ?, ?, ?) returning id")) {
      statement.setString(1, each.kind().name());
      statement.setString(2, each.subject());
      statement.setInt(3, each.level());
      statement.setString(4, each.project().value());
      statement.setString(5, each.title());
      statement.setString(6, each.body());
      statement.setLong(7, nowMs);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        id = row.getLong(1);
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into alert_delivery (alert, channel, state, tries, next_ms, error) values (?,"
                + " ?, 'WAITING', 0, ?, '')")) {
      for (String channel : channels) {
        statement.setLong(1, id);
        statement.setString(2, channel);
        statement.setLong(3, nowMs);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** What is to be sent on a channel now, the oldest first. */
  public List<Waiting> waiting(String channel, long nowMs, int limit) {
    List<Waiting> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select a.*, d.tries from alert_delivery d join alert a on a.id = d.alert where"
                    + " d.channel = ? and d.state = 'WAITING' and d.next_ms <= ? order by"
                    + " d.next_ms, a.id limit ?")) {
      statement.setString(1, channel);
      statement.setLong(2, nowMs);
      statement.setInt(3, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(new Waiting(Alert.of(row), row.getInt("tries")));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }

  /** It was sent on a channel. */
  public void sent(long alert, String channel) {
    update(alert, channel, "SENT", 0, "");
  }

  /** It could not be sent, and is tried again at a moment. */
  public void failed(long alert, String channel, long nextMs, String error) {
    update(alert, channel, "WAITING", nextMs, error);
  }

  /** It could not be sent, and is not tried again. */
  public void givenUp(long alert, String channel, String error) {
    update(alert, channel, "GIVEN_UP", 0, error);
  }

  private void update(long alert, String channel, String state, long nextMs, String error) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "update alert_delivery set state = ?, tries = tries + 1, next_ms = ?, error = ?"
                    + " where alert = ? and channel = ?")) {
      statement.setString(1, state);
      statement.setLong(2, nextMs);
      statement.setString(3, error);
      statement.setLong(4, alert);
      statement.setString(5, channel);
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * Alerts with a number below a bound, the newest first.
   *
   * @param projects only of these, or null for all
   */
  public List<Told> before(long beforeId, Collection<String> projects, int limit) {
    List<Told> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select * from alert where id < ? and (?::text[] is null or project = any(?)) order"
                    + " by id desc limit ?")) {
      java.sql.Array only =
          projects == null ? null : connection.createArrayOf("text", projects.toArray());
      statement.setLong(1, beforeId);
      statement.setArray(2, only);
      statement.setArray(3, only);
      statement.setInt(4, Math.min(limit, LedgerReads.MAX_ROWS));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Alert alert = Alert.of(row);
          all.add(new Told(alert, deliveries(connection, alert.id())));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }

  private static List<Delivery> deliveries(Connection connection, long alert) throws SQLException {
    List<Delivery> all = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select channel, state, tries, error from alert_delivery where alert = ? order by"
                + " channel")) {
      statement.setLong(1, alert);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new Delivery(row.getString(1), row.getString(2), row.getInt(3), row.getString(4)));
        }
      }
    }
    return all;
  }
}
