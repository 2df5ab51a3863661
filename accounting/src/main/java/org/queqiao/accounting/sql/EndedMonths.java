package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.RunEnd;

/** Adds up how the runs of one batch ended, by month, and writes it with the batch. */
final class EndedMonths {
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

  void add(RunEnd end) {
    JobRow job = end.job();
    sums.merge(
        List.of(
            end.month(),
            job.project().value(),
            job.user().value(),
            job.partition().value(),
            job.qos(),
            Domains.write(job.domains()),
            end.state()),
        Sum.of(end),
        Sum::plus);
  }

  void write(Connection connection) throws SQLException {
    ArrayRows rows =
        new ArrayRows(
            "text", "text", "text", "text", "text", "text", "text", "bigint", "numeric", "numeric",
            "numeric", "numeric", "numeric", "numeric");
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
        "insert into ended_month as u (month, project, user_name, partition, qos, domains, state,"
            + " runs, core_ms, limit_core_ms, known_core_ms, cpu_ms, known_device_ms, idle_device_ms) select * from %s on conflict"
            + " (month, project, user_name, partition, qos, domains, state) do update set runs ="
            + " u.runs + excluded.runs, core_ms = u.core_ms + excluded.core_ms, limit_core_ms ="
            + " u.limit_core_ms + excluded.limit_core_ms, known_core_ms = u.known_core_ms +"
            + " excluded.known_core_ms, cpu_ms = u.cpu_ms + excluded.cpu_ms,"
            + " known_device_ms = u.known_device_ms + excluded.known_device_ms, idle_device_ms ="
            + " u.idle_device_ms + excluded.idle_device_ms");
  }
}
