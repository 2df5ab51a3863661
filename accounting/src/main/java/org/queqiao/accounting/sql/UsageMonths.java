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

/** Adds up what one batch metered, by month, and writes it with the batch. */
final class UsageMonths {
  private static final int MONTH = 0;
  private static final int PROJECT = 1;
  private static final int USER = 2;
  private static final int DOMAINS = 5;
  private static final int MONEY = 6;

  private record Sum(BigInteger coreMs, BigInteger micro, BigInteger standardMs, long segments) {
    Sum plus(Sum other) {
      return new Sum(
          coreMs.add(other.coreMs),
          micro.add(other.micro),
          standardMs.add(other.standardMs),
          segments + other.segments);
    }
  }

  private final Map<List<String>, Sum> sums = new LinkedHashMap<>();

  /** Those of them that are of jobs with a named end user, who is the last of their keys. */
  private final Map<List<String>, Sum> ofEndUsers = new LinkedHashMap<>();

  /** Adds what was metered of a run, or takes it back. */
  void add(Metered each) {
    JobRow job = each.job();
    List<String> key =
        List.of(
            each.month(),
            job.project().value(),
            job.user().value(),
            job.partition().value(),
            job.qos(),
            Domains.write(job.domains()),
            each.segment().currency());
    long coreMs = each.sign() * each.segment().coreMs();
    add(key, coreMs, each.chargeMicro(), each.standardMs());
    if (!job.endUser().isEmpty()) {
      List<String> named = new ArrayList<>(key);
      named.add(job.endUser());
      ofEndUsers.merge(
          List.copyOf(named), sum(coreMs, each.chargeMicro(), each.standardMs()), Sum::plus);
    }
  }

  void add(List<String> key, long coreMs, long micro, long standardMs) {
    sums.merge(key, sum(coreMs, micro, standardMs), Sum::plus);
  }

  private static Sum sum(long coreMs, long micro, long standardMs) {
    return new Sum(
        BigInteger.valueOf(coreMs), BigInteger.valueOf(micro), BigInteger.valueOf(standardMs), 1);
  }

  private void writeEndUsers(Connection connection) throws SQLException {
    ArrayRows rows =
        new ArrayRows(
            "text", "text", "text", "text", "text", "text", "text", "text", "numeric", "numeric",
            "numeric");
    ofEndUsers.forEach((key, sum) -> {
      List<Object> row = new ArrayList<>(key);
      row.add(new BigDecimal(sum.coreMs()));
      row.add(new BigDecimal(sum.micro()));
      row.add(new BigDecimal(sum.standardMs()));
      rows.add(row.toArray());
    });
    rows.run(
        connection,
        "insert into usage_end_user_month as u (month, project, user_name, partition, qos, domains,"
            + " currency, end_user, core_ms, charge_micro, standard_ms) select * from %s on"
            + " conflict (month, project, user_name, partition, qos, domains, currency, end_user)"
            + " do update set core_ms = u.core_ms + excluded.core_ms, charge_micro = u.charge_micro"
            + " + excluded.charge_micro, standard_ms = u.standard_ms + excluded.standard_ms");
  }

  /** The same sums by user and project, which reports over many years read. */
  private void writeUsers(Connection connection) throws SQLException {
    Map<List<String>, Sum> users = new LinkedHashMap<>();
    sums.forEach((key, sum) ->
        users.merge(
            List.of(
                key.get(MONTH), key.get(USER), key.get(PROJECT), key.get(DOMAINS), key.get(MONEY)),
            sum,
            Sum::plus));
    ArrayRows rows =
        new ArrayRows("text", "text", "text", "text", "text", "bigint", "bigint", "bigint");
    users.forEach((key, sum) -> {
      List<Object> row = new ArrayList<>(key);
      row.add(sum.coreMs().longValueExact());
      row.add(sum.micro().longValueExact());
      row.add(sum.standardMs().longValueExact());
      rows.add(row.toArray());
    });
    rows.run(
        connection,
        "insert into usage_user_month as u (month, user_name, project, domains, currency, core_ms,"
            + " charge_micro, standard_ms) select * from %s on conflict (month, user_name, project,"
            + " domains, currency) do update set core_ms = u.core_ms + excluded.core_ms,"
            + " charge_micro = u.charge_micro + excluded.charge_micro, standard_ms = u.standard_ms"
            + " + excluded.standard_ms");
  }

  void write(Connection connection) throws SQLException {
    writeUsers(connection);
    writeEndUsers(connection);
    ArrayRows rows =
        new ArrayRows(
            "text", "text", "text", "text", "text", "text", "text", "numeric", "numeric", "bigint",
            "numeric");
    sums.forEach((key, sum) -> {
      List<Object> row = new ArrayList<>(key);
      row.add(new BigDecimal(sum.coreMs()));
      row.add(new BigDecimal(sum.micro()));
      row.add(sum.segments());
      row.add(new BigDecimal(sum.standardMs()));
      rows.add(row.toArray());
    });
    rows.run(
        connection,
        "insert into usage_month as u (month, project, user_name, partition, qos, domains,"
            + " currency, core_ms, charge_micro, segments, standard_ms) select * from %s on"
            + " conflict (month, project, user_name, partition, qos, domains, currency) do update"
            + " set core_ms = u.core_ms + excluded.core_ms, charge_micro = u.charge_micro +"
            + " excluded.charge_micro, segments = u.segments + excluded.segments, standard_ms ="
            + " coalesce(u.standard_ms, u.core_ms) + excluded.standard_ms");
  }
}
