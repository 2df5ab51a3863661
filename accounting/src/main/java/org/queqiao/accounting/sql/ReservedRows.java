package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.ledger.ReservedTime;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.IdleTime;
import org.queqiao.accounting.metering.Kept;
import org.queqiao.accounting.metering.NodeNow;
import org.queqiao.accounting.metering.ReservedBook;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;

/** Idle time of reservations during one batch, and what is remembered of nodes and reservations. */
final class ReservedRows {
  private final List<IdleTime> idle = new ArrayList<>();
  private final List<Object[]> charges = new ArrayList<>();
  private final ArrayRows nodes = new ArrayRows("text", "integer", "text", "boolean", "boolean");
  private final ArrayRows reservations =
      new ArrayRows("text", "bytea", "boolean", "bigint", "bigint");
  private final ArrayRows deleted = new ArrayRows("text");
  private final ArrayRows watched = new ArrayRows("text", "text");
  private final ArrayRows left = new ArrayRows("text");

  void add(IdleTime time) {
    idle.add(time);
  }

  /** Adds what a reservation cost its owner, also to the sums of the month. */
  void add(ReservedTime time, List<DomainShare> domains, UsageMonths months) {
    Kept kept = time.kept();
    String month = YearMonth.from(time.day()).toString();
    String project = kept.owner().value();
    charges.add(
        new Object[] {
          kept.rules().name().value(),
          kept.startMs(),
          project,
          time.nodeType(),
          time.fromMs(),
          time.toMs(),
          time.coreMs(),
          time.chargeMicro(),
          time.currency(),
          Domains.write(domains),
          month,
          time.position()
        });
    if (time.chargeMicro() != 0) {
      months.add(
          List.of(month, project, "", "", "", Domains.write(domains), time.currency()),
          0,
          time.chargeMicro(),
          0);
    }
  }

  /** Takes what the batch has changed of the book, which goes on with the next. */
  void take(ReservedBook book) {
    for (NodeName name : book.changedNodes()) {
      NodeNow each = book.node(name);
      nodes.add(name.value(), each.cores(), each.type(), each.up(), each.drained());
    }
    for (ReservationName name : book.changedReservations()) {
      Kept each = book.find(name).orElse(null);
      if (each == null) {
        deleted.add(name.value());
      } else {
        byte[] defined = EventCodec.encode(Actor.SCHEDULER, new ReservationDefined(each.rules()));
        reservations.add(name.value(), defined, each.open(), each.startMs(), each.settledMs());
      }
    }
    for (NodeName name : book.changedTimes()) {
      String time = book.time(name);
      if (time == null) {
        left.add(name.value());
      } else {
        watched.add(name.value(), time);
      }
    }
    book.written();
  }

  void write(Connection connection) throws SQLException {
    writeTimes(connection);
    writeNodes(connection);
    writeReservations(connection);
    writeWatched(connection);
  }

  private void writeTimes(Connection connection) throws SQLException {
    if (!idle.isEmpty()) {
      try (CopyRows rows =
          new CopyRows(
              connection,
              "reserved_idle",
              "reservation, occurrence_ms, node, node_type, project, from_ms, to_ms, core_ms, month,"
                  + " position")) {
        for (IdleTime each : idle) {
          ProjectName project = each.project();
          rows.add(
              new Object[] {
                each.reservation().value(),
                each.occurrenceMs(),
                each.node().value(),
                each.nodeType(),
                project == null ? "" : project.value(),
                each.fromMs(),
                each.toMs(),
                each.coreMs(),
                YearMonth.from(each.day()).toString(),
                each.position()
              });
        }
        rows.end();
      }
    }
    if (!charges.isEmpty()) {
      try (CopyRows rows =
          new CopyRows(
              connection,
              "reserved_time",
              "reservation, occurrence_ms, project, node_type, from_ms, to_ms, core_ms, charge_micro,"
                  + " currency, domains, month, position")) {
        for (Object[] each : charges) {
          rows.add(each);
        }
        rows.end();
      }
    }
  }

  private void writeNodes(Connection connection) throws SQLException {
    nodes.run(
        connection,
        "insert into node_now (node, cores, type, up, drained) select * from %s on conflict (node)"
            + " do update set cores = excluded.cores, type = excluded.type, up = excluded.up,"
            + " drained = excluded.drained");
  }

  private void writeReservations(Connection connection) throws SQLException {
    deleted.run(connection, "delete from reservation_now where name in (select * from %s)");
    reservations.run(
        connection,
        "insert into reservation_now (name, defined, open, start_ms, settled_ms) select * from %s on"
            + " conflict (name) do update set defined = excluded.defined, open = excluded.open,"
            + " start_ms = excluded.start_ms, settled_ms = excluded.settled_ms");
  }

  private void writeWatched(Connection connection) throws SQLException {
    left.run(connection, "delete from reserved_node where node in (select * from %s)");
    watched.run(
        connection,
        "insert into reserved_node (node, time) select * from %s on conflict (node) do update set"
            + " time = excluded.time");
  }

  /** What is remembered, as of the end of the batch before. */
  static ReservedBook read(Connection connection, BillingCalendar calendar) throws SQLException {
    ReservedBook book = new ReservedBook();
    book.restore(nodes(connection), reservations(connection), times(connection), calendar);
    return book;
  }

  private static List<NodeNow> nodes(Connection connection) throws SQLException {
    List<NodeNow> all = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement("select node, cores, type, up, drained from node_now");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.add(
            new NodeNow(
                new NodeName(row.getString(1)),
                row.getInt(2),
                row.getString(3),
                row.getBoolean(4),
                row.getBoolean(5)));
      }
    }
    return all;
  }

  private static List<Kept> reservations(Connection connection) throws SQLException {
    List<Kept> all = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select defined, open, start_ms, settled_ms from reservation_now");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        ReservationDefined told = (ReservationDefined) EventCodec.decode(row.getBytes(1)).event();
        all.add(new Kept(told.reservation(), row.getBoolean(2), row.getLong(3), row.getLong(4)));
      }
    }
    return all;
  }

  private static Map<NodeName, String> times(Connection connection) throws SQLException {
    Map<NodeName, String> all = new TreeMap<>();
    try (PreparedStatement statement =
            connection.prepareStatement("select node, time from reserved_node");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.put(new NodeName(row.getString(1)), row.getString(2));
      }
    }
    return all;
  }
}
