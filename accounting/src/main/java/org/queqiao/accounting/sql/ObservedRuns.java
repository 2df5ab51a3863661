package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.queqiao.accounting.ledger.Months;
import org.queqiao.accounting.ledger.Told;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;

/** What is remembered from run to run: what was told last, and volumes of prices. */
final class ObservedRuns {
  static final String COLUMNS = "told, months, refunded, given, stands";

  private ObservedRuns() {}

  /** What {@link #COLUMNS} has. */
  static Told told(ResultSet row) throws SQLException {
    String months = row.getString("months");
    String[] when = months.split(",", -1);
    return new Told(
        (RunObserved) EventCodec.decode(row.getBytes("told")).event(),
        months.isEmpty() ? null : new Months.Then(when[0], when[1], when[2]),
        amounts(row.getString("refunded")),
        amounts(row.getString("given")),
        amounts(row.getString("stands")));
  }

  private static SortedMap<String, Long> amounts(String text) {
    TreeMap<String, Long> micro = new TreeMap<>();
    for (String each : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] pair = each.split("=");
      micro.put(pair[0], Long.parseLong(pair[1]));
    }
    return micro;
  }

  private static String text(SortedMap<String, Long> micro) {
    return micro.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(","));
  }

  private static String months(Months.Then when) {
    return when == null ? "" : String.join(",", when.closed(), when.checked(), when.now());
  }

  /** What was used under prices with tiers. */
  static void writeVolumes(Connection connection, Map<String, BigInteger> volumes)
      throws SQLException {
    ArrayRows used = new ArrayRows("text", "numeric");
    volumes.forEach((key, quantity) -> used.add(key, new BigDecimal(quantity)));
    used.run(
        connection,
        "insert into volume (key, quantity) select * from %s on conflict (key) do update set"
            + " quantity = excluded.quantity");
  }

  static void write(Connection connection, Map<JobId, Told> observed) throws SQLException {
    ArrayRows told =
        new ArrayRows(
            "bigint", "text", "bigint", "bigint", "integer", "bytea", "text", "text", "text",
            "text");
    observed.forEach((job, each) -> {
      RunObserved run = each.run();
      told.add(
          job.value(),
          run.run().id().cluster().value(),
          run.run().id().job(),
          run.run().id().submitMs(),
          run.revision(),
          EventCodec.encode(Actor.SCHEDULER, run),
          months(each.when()),
          text(each.refunded()),
          text(each.given()),
          text(each.stands()));
    });
    told.run(
        connection,
        "insert into observed_run (job, cluster, number, submit_ms, revision, told, months,"
            + " refunded, given, stands) select * from %s on conflict (job) do update set revision"
            + " = excluded.revision, told = excluded.told, months = excluded.months, refunded ="
            + " excluded.refunded, given = excluded.given, stands = excluded.stands");
  }
}
