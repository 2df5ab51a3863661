package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what one batch metered, by month, and writes it with the batch. */
final class UsageMonths {
  private record Sum(BigInteger coreMs, BigInteger micro, BigInteger standardMs, long segments) {
    Sum plus(Sum other) {
      return new Sum(
          coreMs.add(other.coreMs),
          micro.add(other.micro),
          standardMs.add(other.standardMs),
          segments + other.segments);
    }
  }

  private final Map<List<String>, Sum> sums =
      new TreeMap<>(Comparator.comparing((List<String> each) -> String.join("\n", each)));

  void add(List<String> key, long coreMs, long micro, long standardMs) {
    sums.merge(
        key,
        new Sum(
            BigInteger.valueOf(coreMs),
            BigInteger.valueOf(micro),
            BigInteger.valueOf(standardMs),
            1),
        Sum::plus);
  }

  void write(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into usage_month as u (month, project, user_name, partition, qos, domains,"
                + " currency, core_ms, charge_micro, segments, standard_ms) values (?, ?, ?, ?, ?,"
                + " ?, ?, ?, ?, ?, ?) on conflict (month, project, user_name, partition, qos, domains, currency)"
                + " do update set core_ms = u.core_ms + excluded.core_ms, charge_micro ="
                + " u.charge_micro + excluded.charge_micro, segments = u.segments +"
                + " excluded.segments, standard_ms = coalesce(u.standard_ms, u.core_ms) +"
                + " excluded.standard_ms")) {
      for (Map.Entry<List<String>, Sum> each : sums.entrySet()) {
        int i = 0;
        for (String part : each.getKey()) {
          statement.setString(++i, part);
        }
        statement.setBigDecimal(++i, new BigDecimal(each.getValue().coreMs()));
        statement.setBigDecimal(++i, new BigDecimal(each.getValue().micro()));
        statement.setLong(++i, each.getValue().segments());
        statement.setBigDecimal(++i, new BigDecimal(each.getValue().standardMs()));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
