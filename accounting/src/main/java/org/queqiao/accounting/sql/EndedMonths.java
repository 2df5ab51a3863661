package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.RunEnd;

/** Adds up how the runs of one batch ended, by month, and writes it with the batch. */
final class EndedMonths {
  private static final String KEYS = "month, project, user_name, partition, qos, domains, state";

  /** Sums beside the number of runs. */
  private static final int NUMBERS = 6;

  private record Sum(
      long runs,
      BigInteger coreMs,
      BigInteger limitMs,
      BigInteger knownMs,
      BigInteger cpuMs,
      BigInteger knownDeviceMs,
      BigInteger idleDeviceMs) {
    static Sum of(RunEnd end) {
      return new Sum(
          end.runs(),
          BigInteger.valueOf(end.coreMs()),
          end.limitCoreMs(),
          BigInteger.valueOf(end.knownCoreMs()),
          BigInteger.valueOf(end.cpuMs()),
          BigInteger.valueOf(end.knownDeviceMs()),
          BigInteger.valueOf(end.idleDeviceMs()));
    }

    Sum plus(Sum other) {
      return new Sum(
          runs + other.runs,
          coreMs.add(other.coreMs),
          limitMs.add(other.limitMs),
          knownMs.add(other.knownMs),
          cpuMs.add(other.cpuMs),
          knownDeviceMs.add(other.knownDeviceMs),
          idleDeviceMs.add(other.idleDeviceMs));
    }
  }

  private final Map<List<String>, Sum> sums = new LinkedHashMap<>();

  /** Those of them that are of jobs with a named end user, who is the last of their keys. */
  private final Map<List<String>, Sum> ofEndUsers = new LinkedHashMap<>();

  void add(RunEnd end) {
    JobRow job = end.job();
    List<String> key =
        List.of(
            end.month(),
            job.project().value(),
            job.user().value(),
            job.partition().value(),
            job.qos(),
            Domains.write(job.domains()),
            end.state());
    sums.merge(key, Sum.of(end), Sum::plus);
    if (!job.endUser().isEmpty()) {
      List<String> named = new ArrayList<>(key);
      named.add(job.endUser());
      ofEndUsers.merge(List.copyOf(named), Sum.of(end), Sum::plus);
    }
  }

  void write(Connection connection) throws SQLException {
    write(connection, sums, "ended_month", KEYS);
    write(connection, ofEndUsers, "ended_end_user_month", KEYS + ", end_user");
  }

  private static void write(
      Connection connection, Map<List<String>, Sum> sums, String table, String keys)
      throws SQLException {
    List<String> types = new ArrayList<>(Collections.nCopies(keys.split(",").length, "text"));
    types.add("bigint");
    types.addAll(Collections.nCopies(NUMBERS, "numeric"));
    ArrayRows rows = new ArrayRows(types.toArray(String[]::new));
    sums.forEach((key, sum) -> {
      List<Object> row = new ArrayList<>(key);
      row.add(sum.runs());
      row.add(new BigDecimal(sum.coreMs()));
      row.add(new BigDecimal(sum.limitMs()));
      row.add(new BigDecimal(sum.knownMs()));
      row.add(new BigDecimal(sum.cpuMs()));
      row.add(new BigDecimal(sum.knownDeviceMs()));
      row.add(new BigDecimal(sum.idleDeviceMs()));
      rows.add(row.toArray());
    });
    rows.run(
        connection,
        "insert into "
            + table
            + " as u ("
            + keys
            + ", runs, core_ms, limit_core_ms, known_core_ms, cpu_ms, known_device_ms,"
            + " idle_device_ms) select * from %s on conflict ("
            + keys
            + ") do update set runs = u.runs + excluded.runs, core_ms = u.core_ms +"
            + " excluded.core_ms, limit_core_ms = u.limit_core_ms + excluded.limit_core_ms,"
            + " known_core_ms = u.known_core_ms + excluded.known_core_ms, cpu_ms = u.cpu_ms +"
            + " excluded.cpu_ms, known_device_ms = u.known_device_ms + excluded.known_device_ms,"
            + " idle_device_ms = u.idle_device_ms + excluded.idle_device_ms");
  }
}
