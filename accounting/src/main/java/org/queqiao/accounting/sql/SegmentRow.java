package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;

/**
 * A segment as it is kept, of cores or of another resource.
 *
 * @param run whose it is
 * @param resource as {@code cores} or {@code gpu:a100}
 * @param nodeType the kind of the nodes where the row says it; of cores empty
 * @param units cores, devices, bytes or millijoules; below zero for what was taken back
 * @param parts as {@link SegmentParts} reads it
 */
record SegmentRow(
    RunId run,
    String project,
    String user,
    String partition,
    String qos,
    String resource,
    String nodeType,
    long units,
    long fromMs,
    long toMs,
    long chargeMicro,
    String currency,
    String parts,
    String month,
    long position) {
  private static final String BOTH =
      "job, attempt, project, user_name, partition, qos, %s as resource, %s as node_type, %s as"
          + " units, from_ms, to_ms, charge_micro, currency, parts, month, position";

  /** Of {@code segment}. */
  static final String CORES = BOTH.formatted("'cores'", "''", "cores");

  /** Of {@code segment_item}. */
  static final String OTHERS = BOTH.formatted("resource", "node_type", "units");

  static SegmentRow of(ResultSet row) throws SQLException {
    int i = 1;
    return new SegmentRow(
        new RunId(new JobId(row.getLong(i++)), row.getInt(i++)),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getLong(i++),
        row.getLong(i++),
        row.getLong(i++),
        row.getLong(i++),
        row.getString(i++),
        row.getString(i++),
        row.getString(i++),
        row.getLong(i));
  }

  /** What all that it held comes to, as {@link Segment#quantity}. */
  BigInteger quantity() {
    BigInteger all = BigInteger.valueOf(units);
    return Use.resourceOf(resource) == Resource.ENERGY
        ? all
        : all.multiply(BigInteger.valueOf(Math.subtractExact(toMs, fromMs)));
  }
}
