package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.queqiao.accounting.ledger.OpenRun;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/** The runs that hold cores, during one batch. */
final class OpenRuns {
  static final String SELECT =
      "select job, attempt, start_ms, cores, held_micro, currency, stops, holdings, places, draws,"
          + " settled, posts_days, checkpoint_ms from open_run";

  /** As the database has them; those of a job that was looked up are all here. */
  private final Map<RunId, OpenRun> found = new LinkedHashMap<>();

  private final Set<JobId> lookedUp = new LinkedHashSet<>();
  private final Map<RunId, OpenRun> changed = new LinkedHashMap<>();
  private final Set<RunId> closed = new LinkedHashSet<>();

  /** Those of the batch before, which may not be in the database yet; null for none. */
  private OpenRuns before;

  OpenRuns(OpenRuns before) {
    this.before = before;
  }

  /** The batch is in the database, and so is that before. */
  void committed() {
    before = null;
  }

  static OpenRun run(ResultSet row) throws SQLException {
    return new OpenRun(
        new RunId(new JobId(row.getLong(1)), row.getInt(2)),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getString(6),
        Rows.stops(row.getString(7)),
        Rows.holdings(row.getString(8), row.getLong(4)),
        places(row.getString(9)),
        AllowanceRows.draws(row.getString(10)),
        SettledText.read(row.getString(11)),
        row.getBoolean(12),
        row.getLong(13));
  }

  private static SortedMap<NodeName, Integer> places(String text) {
    TreeMap<NodeName, Integer> places = new TreeMap<>();
    for (String each : text.isEmpty() ? new String[0] : text.split(",")) {
      int sign = each.indexOf('=');
      places.put(new NodeName(each.substring(0, sign)), Integer.valueOf(each.substring(sign + 1)));
    }
    return places;
  }

  private static String places(SortedMap<NodeName, Integer> places) {
    return places.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(","));
  }

  /** All, with what this batch changed. */
  Collection<OpenRun> all(Connection connection) throws SQLException {
    TreeMap<RunId, OpenRun> all = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(SELECT);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        OpenRun run = run(row);
        all.put(run.run(), run);
      }
    }
    if (before != null) {
      all.keySet().removeAll(before.closed);
      all.putAll(before.changed);
    }
    all.keySet().removeAll(closed);
    all.putAll(changed);
    return all.values();
  }

  /**
   * The next of those whose days are posted as they are over, whatever batch has them.
   *
   * @param jobs where their jobs are looked up, all at once
   */
  List<OpenRun> withDays(
      Connection connection, RunId after, long startedBeforeMs, int most, JobRows jobs)
      throws SQLException {
    TreeMap<RunId, OpenRun> next = new TreeMap<>();
    Predicate<OpenRun> due =
        each ->
            each.postsDays()
                && each.startMs() < startedBeforeMs
                && (after == null || each.run().compareTo(after) > 0);
    if (before != null) {
      before.changed.values().stream().filter(due).forEach(each -> next.put(each.run(), each));
      next.keySet().removeAll(closed);
    }
    changed.values().stream().filter(due).forEach(each -> next.put(each.run(), each));
    // Those of the database, in their order, until there are enough whatever the batches have.
    RunId from = after;
    int rows = most;
    for (int stored = 0; rows == most && stored < most; ) {
      rows = 0;
      for (OpenRun each : stored(connection, from, startedBeforeMs, most)) {
        rows++;
        from = each.run();
        if (!says(from) && (before == null || !before.says(from))) {
          next.put(from, each);
          stored++;
        }
      }
    }
    List<OpenRun> some = next.values().stream().limit(most).toList();
    jobs.expectMore(connection, some.stream().map(each -> each.run().job()).toList());
    return some;
  }

  private static List<OpenRun> stored(
      Connection connection, RunId after, long startedBeforeMs, int most) throws SQLException {
    List<OpenRun> some = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            SELECT
                + " where (job, attempt) > (?, ?) and posts_days and start_ms < ? order by job,"
                + " attempt limit ?")) {
      statement.setLong(1, after == null ? 0 : after.job().value());
      statement.setInt(2, after == null ? 0 : after.attempt());
      statement.setLong(3, startedBeforeMs);
      statement.setInt(4, most);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          some.add(run(row));
        }
      }
    }
    return some;
  }

  /** Reads those of some jobs at once. */
  void expect(Connection connection, Collection<JobId> jobs) throws SQLException {
    lookedUp.addAll(jobs);
    try (PreparedStatement statement =
        connection.prepareStatement(SELECT + " where job = any(?)")) {
      statement.setArray(
          1, connection.createArrayOf("bigint", jobs.stream().map(JobId::value).toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          OpenRun run = run(row);
          found.put(run.run(), run);
        }
      }
    }
  }

  Optional<OpenRun> get(Connection connection, RunId run) throws SQLException {
    if (says(run)) {
      return Optional.ofNullable(changed.get(run));
    }
    if (before != null && before.says(run)) {
      return Optional.ofNullable(before.changed.get(run));
    }
    if (!lookedUp.contains(run.job())) {
      expect(connection, Set.of(run.job()));
    }
    return Optional.ofNullable(found.get(run));
  }

  private boolean says(RunId run) {
    return changed.containsKey(run) || closed.contains(run);
  }

  void put(OpenRun run) {
    changed.put(run.run(), run);
  }

  void close(RunId run) {
    changed.remove(run);
    closed.add(run);
  }

  void write(Connection connection) throws SQLException {
    ArrayRows rows =
        new ArrayRows(
            "bigint", "integer", "bigint", "bigint", "bigint", "text", "text", "text", "text",
            "text", "text", "bigint", "bigint", "bigint", "boolean", "bigint");
    for (OpenRun run : changed.values()) {
      rows.add(
          run.run().job().value(),
          run.run().attempt(),
          run.startMs(),
          run.cores(),
          run.heldMicro(),
          run.currency(),
          Rows.stops(run.stops()),
          Rows.holdings(run.holdings()),
          places(run.places()),
          AllowanceRows.draws(run.draws()),
          SettledText.write(run.settled()),
          run.settled().paidMicro(run.currency()),
          run.settled().coreMs(),
          run.settled().untilMs(),
          run.postsDays(),
          run.checkpointMs());
    }
    rows.run(
        connection,
        "insert into open_run (job, attempt, start_ms, cores, held_micro, currency, stops,"
            + " holdings, places, draws, settled, settled_micro, settled_core_ms, settled_ms,"
            + " posts_days, checkpoint_ms) select * from %s on conflict (job, attempt) do update"
            + " set held_micro = excluded.held_micro, currency = excluded.currency, stops ="
            + " excluded.stops, settled = excluded.settled, settled_micro = excluded.settled_micro,"
            + " settled_core_ms = excluded.settled_core_ms, settled_ms = excluded.settled_ms,"
            + " checkpoint_ms = excluded.checkpoint_ms");
    ArrayRows ended = new ArrayRows("bigint", "integer");
    closed.forEach(run -> ended.add(run.job().value(), run.attempt()));
    ended.run(
        connection,
        "delete from open_run o using (select * from %s as u (job, attempt)) e where o.job = e.job"
            + " and o.attempt = e.attempt");
  }
}
