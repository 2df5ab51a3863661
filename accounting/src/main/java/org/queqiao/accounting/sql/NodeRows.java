package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.nodes.CoreTime;
import org.queqiao.accounting.nodes.NodeBook;
import org.queqiao.accounting.nodes.NodeClock;
import org.queqiao.accounting.nodes.NodeRun;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;

/** The core time of nodes, to rows and back. */
final class NodeRows {
  private NodeRows() {}

  /** The nodes and what holds them, as they were written last. */
  static NodeBook read(Connection connection, BillingCalendar calendar) throws SQLException {
    NodeBook book = new NodeBook(calendar);
    each(connection, "select * from node_clock", row -> book.restore(clock(row)));
    each(connection, "select * from node_run", row -> book.restore(run(row)));
    each(
        connection,
        "select * from node_reservation",
        row ->
            book.restore(
                new ReservationName(row.getString("name")),
                new NodeBook.Reserved(
                    parts(row.getString("nodes")).stream().map(NodeName::new).toList(),
                    row.getBoolean("maintenance"),
                    row.getBoolean("open"),
                    row.getLong("start_ms"))));
    return book;
  }

  private interface Use {
    void of(ResultSet row) throws SQLException;
  }

  private static void each(Connection connection, String sql, Use use) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        use.of(row);
      }
    }
  }

  private static NodeClock clock(ResultSet row) throws SQLException {
    return new NodeClock(
        row.getString("node"),
        row.getLong("at_ms"),
        row.getInt("cores"),
        row.getBoolean("up"),
        row.getBoolean("drained"),
        row.getLong("held"),
        row.getLong("up_since_ms"),
        row.getInt("reserved"),
        row.getInt("maintenance"));
  }

  private static NodeRun run(ResultSet row) throws SQLException {
    Map<String, Integer> cores = new TreeMap<>();
    for (String each : parts(row.getString("cores"))) {
      String[] pair = each.split("=");
      cores.put(pair[0], Integer.valueOf(pair[1]));
    }
    List<NodeRun.Stop> stops = new ArrayList<>();
    for (String each : parts(row.getString("stops"))) {
      String[] stop = each.split("=");
      stops.add(
          new NodeRun.Stop(
              Long.parseLong(stop[0]), Long.parseLong(stop[1]), Boolean.parseBoolean(stop[2])));
    }
    RunId run = new RunId(new JobId(row.getLong("job")), row.getInt("attempt"));
    return new NodeRun(run, row.getLong("start_ms"), cores, stops);
  }

  private static List<String> parts(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
  }

  /** Writes what changed, within the transaction of the facts that changed it. */
  static void write(Connection connection, NodeBook.Delta delta) throws SQLException {
    writeClocks(connection, delta.clocks());
    writeRuns(connection, delta);
    writeUnplaced(connection, delta.unplaced());
    writeReservations(connection, delta);
    ArrayRows rows =
        new ArrayRows("text", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint");
    delta
        .days()
        .forEach((key, time) ->
            rows.add(
                key.day(),
                key.node(),
                time.capacityMs(),
                time.allocatedMs(),
                time.reservedMs(),
                time.idleMs(),
                time.downMs(),
                time.suspendedMs()));
    rows.run(
        connection,
        "insert into node_day as d (day, node, capacity_ms, allocated_ms, reserved_ms, idle_ms,"
            + " down_ms, suspended_ms) select * from %s on conflict (day, node) do update set"
            + " capacity_ms = d.capacity_ms + excluded.capacity_ms, allocated_ms = d.allocated_ms +"
            + " excluded.allocated_ms, reserved_ms = d.reserved_ms + excluded.reserved_ms, idle_ms ="
            + " d.idle_ms + excluded.idle_ms, down_ms = d.down_ms + excluded.down_ms, suspended_ms ="
            + " d.suspended_ms + excluded.suspended_ms");
  }

  private static void writeClocks(Connection connection, List<NodeClock> clocks)
      throws SQLException {
    ArrayRows rows =
        new ArrayRows(
            "text", "bigint", "integer", "boolean", "boolean", "bigint", "bigint", "integer",
            "integer");
    for (NodeClock each : clocks) {
      rows.add(
          each.node(),
          each.atMs(),
          each.cores(),
          each.up(),
          each.drained(),
          each.held(),
          each.upSinceMs(),
          each.reserved(),
          each.maintenance());
    }
    rows.run(
        connection,
        "insert into node_clock (node, at_ms, cores, up, drained, held, up_since_ms, reserved,"
            + " maintenance) select * from %s on conflict (node) do update set at_ms ="
            + " excluded.at_ms, cores = excluded.cores, up = excluded.up, drained ="
            + " excluded.drained, held = excluded.held, up_since_ms = excluded.up_since_ms, reserved"
            + " = excluded.reserved, maintenance = excluded.maintenance");
  }

  private static void writeRuns(Connection connection, NodeBook.Delta delta) throws SQLException {
    ArrayRows rows = new ArrayRows("bigint", "integer", "bigint", "text", "text");
    for (NodeRun each : delta.runs()) {
      rows.add(
          each.run().job().value(),
          each.run().attempt(),
          each.startMs(),
          each.cores().entrySet().stream()
              .map(core -> core.getKey() + "=" + core.getValue())
              .collect(Collectors.joining(",")),
          each.stops().stream()
              .map(stop -> stop.fromMs() + "=" + stop.toMs() + "=" + stop.billed())
              .collect(Collectors.joining(",")));
    }
    rows.run(
        connection,
        "insert into node_run (job, attempt, start_ms, cores, stops) select * from %s on conflict"
            + " (job, attempt) do update set stops = excluded.stops");
    ArrayRows ended = new ArrayRows("bigint", "integer");
    delta.ended().forEach(run -> ended.add(run.job().value(), run.attempt()));
    ended.run(
        connection,
        "delete from node_run r using (select * from %s as u (job, attempt)) e where r.job = e.job"
            + " and r.attempt = e.attempt");
  }

  private static void writeUnplaced(Connection connection, List<RunId> runs) throws SQLException {
    ArrayRows rows = new ArrayRows("bigint", "integer");
    runs.forEach(run -> rows.add(run.job().value(), run.attempt()));
    rows.run(
        connection,
        "insert into node_unplaced (job, attempt) select * from %s on conflict do nothing");
  }

  private static void writeReservations(Connection connection, NodeBook.Delta delta)
      throws SQLException {
    ArrayRows rows = new ArrayRows("text", "text", "boolean", "boolean", "bigint");
    delta
        .reservations()
        .forEach((name, each) ->
            rows.add(
                name.value(),
                each.nodes().stream().map(NodeName::value).collect(Collectors.joining(",")),
                each.maintenance(),
                each.open(),
                each.startMs()));
    rows.run(
        connection,
        "insert into node_reservation (name, nodes, maintenance, open, start_ms) select * from %s on"
            + " conflict (name) do update set nodes = excluded.nodes, maintenance ="
            + " excluded.maintenance, open = excluded.open, start_ms = excluded.start_ms");
    ArrayRows deleted = new ArrayRows("text");
    delta.deleted().forEach(name -> deleted.add(name.value()));
    deleted.run(
        connection,
        "delete from node_reservation r using (select * from %s as u (name)) e where r.name = e.name");
  }

  static CoreTime time(ResultSet row) throws SQLException {
    return new CoreTime(
        row.getLong("capacity_ms"),
        row.getLong("allocated_ms"),
        row.getLong("reserved_ms"),
        row.getLong("idle_ms"),
        row.getLong("down_ms"),
        row.getLong("suspended_ms"));
  }
}
