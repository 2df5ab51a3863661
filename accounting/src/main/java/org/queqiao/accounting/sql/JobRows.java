package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.contract.id.JobId;

/** Jobs during one batch. Those with a number above all others are new and are copied. */
final class JobRows {
  private static final long DAY_MS = 86_400_000;

  private final long lastKnown;
  private final Map<JobId, JobRow> found = new LinkedHashMap<>();
  private final Set<JobId> lookedUp = new LinkedHashSet<>();
  private final Map<JobId, JobRow> changed = new LinkedHashMap<>();

  /** Those of the batch before, which may not be in the database yet; null for none. */
  private JobRows before;

  private long last;

  /**
   * Jobs of a batch.
   *
   * @param lastKnown the highest number that was there before it
   * @param before of the batch that is being written, or null
   */
  JobRows(long lastKnown, JobRows before) {
    this.lastKnown = lastKnown;
    this.before = before;
    this.last = lastKnown;
  }

  /** The highest number with this batch. */
  long last() {
    return last;
  }

  /** The batch is in the database, and so is that before. */
  void committed() {
    before = null;
  }

  /** Whether the database may have something of the job from before this batch. */
  boolean mayBeKnown(JobId job) {
    return job.value() <= lastKnown;
  }

  /** Reads some jobs at once. */
  void expect(Connection connection, Collection<JobId> jobs) throws SQLException {
    lookedUp.addAll(jobs);
    try (PreparedStatement statement =
        connection.prepareStatement("select " + Rows.JOB_COLUMNS + " from job where id = any(?)")) {
      statement.setArray(
          1, connection.createArrayOf("bigint", jobs.stream().map(JobId::value).toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          JobRow job = Rows.job(row);
          found.put(job.id(), job);
        }
      }
    }
  }

  /** The same of those that are not known yet. */
  void expectMore(Connection connection, Collection<JobId> some) throws SQLException {
    Set<JobId> unknown = new LinkedHashSet<>(some);
    unknown.removeIf(
        each -> inMemory(each) != null || lookedUp.contains(each) || !mayBeKnown(each));
    if (!unknown.isEmpty()) {
      expect(connection, unknown);
    }
  }

  Optional<JobRow> get(Connection connection, JobId id) throws SQLException {
    JobRow known = inMemory(id);
    if (known == null && mayBeKnown(id) && !lookedUp.contains(id)) {
      expect(connection, Set.of(id));
    }
    return Optional.ofNullable(known == null ? found.get(id) : known);
  }

  /** As this batch or the one before has it; null where neither says anything. */
  private JobRow inMemory(JobId id) {
    JobRow known = changed.get(id);
    return known == null && before != null ? before.changed.get(id) : known;
  }

  /** The first submission of these jobs, less a day for clocks that differ. */
  long sinceMs(Collection<JobId> some) {
    long sinceMs = Long.MAX_VALUE;
    for (JobId each : some) {
      JobRow known = inMemory(each);
      JobRow row = known == null ? found.get(each) : known;
      sinceMs = row == null ? Long.MIN_VALUE : Math.min(sinceMs, row.submitMs() - DAY_MS);
      if (row == null) {
        break;
      }
    }
    return sinceMs;
  }

  void put(JobRow job) {
    changed.put(job.id(), job);
    last = Math.max(last, job.id().value());
  }

  void write(Connection connection) throws SQLException {
    try (CopyRows rows = new CopyRows(connection, "job", Rows.JOB_COLUMNS)) {
      for (JobRow each : changed.values()) {
        if (!mayBeKnown(each.id())) {
          rows.add(Rows.values(each));
        }
      }
      rows.end();
    }
    ArrayRows rows = new ArrayRows(Rows.JOB_TYPES);
    for (JobRow each : changed.values()) {
      if (mayBeKnown(each.id())) {
        rows.add(Rows.values(each));
      }
    }
    rows.run(
        connection,
        "insert into job ("
            + Rows.JOB_COLUMNS
            + ") select * from %s on conflict (id) do update set name = excluded.name, project ="
            + " excluded.project, domains = excluded.domains, qos = excluded.qos, quote ="
            + " excluded.quote, partition = excluded.partition, limit_ms = excluded.limit_ms,"
            + " mem_bytes = excluded.mem_bytes, state = excluded.state, detail = excluded.detail,"
            + " cores = excluded.cores, nodes = excluded.nodes, attempt = excluded.attempt,"
            + " start_ms = excluded.start_ms, end_ms = excluded.end_ms, exit_code ="
            + " excluded.exit_code, signal = excluded.signal, core_ms = excluded.core_ms,"
            + " charge_micro = excluded.charge_micro, currency = excluded.currency, payer ="
            + " excluded.payer");
  }
}
