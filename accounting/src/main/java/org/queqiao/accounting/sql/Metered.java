package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.queqiao.accounting.ledger.Billed;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Months;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.RunId;

/**
 * Time of a run, with the month that it is billed in; with the sign -1 what was metered before is
 * taken back.
 */
record Metered(
    RunId run,
    JobRow job,
    Segment segment,
    String month,
    int sign,
    List<Billed> billed,
    long standardMs,
    long position) {
  private static final String CORES =
      "job, attempt, from_ms, to_ms, cores, core_ms, charge_micro, currency, user_name, project,"
          + " partition, domains, month, position, qos, parts";

  private static final String OTHERS =
      "job, attempt, resource, node_type, from_ms, to_ms, units, charge_micro, currency, user_name,"
          + " project, partition, qos, domains, month, position, parts";

  /** Of a time, with the month that it is billed in. */
  static Metered of(
      RunId run,
      JobRow job,
      Segment segment,
      Months months,
      int sign,
      List<Billed> billed,
      long standardMs,
      long position) {
    String month = months.billed(segment.day());
    return new Metered(run, job, segment, month, sign, billed, standardMs, position);
  }

  static void write(Connection connection, List<Metered> all) throws SQLException {
    PaidRuns.write(connection, all);
    boolean others = false;
    try (CopyRows rows = new CopyRows(connection, "segment", CORES)) {
      for (Metered each : all) {
        if (each.segment.isOfCores()) {
          rows.add(each.cores());
        } else {
          others = true;
        }
      }
      rows.end();
    }
    if (!others) {
      return;
    }
    try (CopyRows rows = new CopyRows(connection, "segment_item", OTHERS)) {
      for (Metered each : all) {
        if (!each.segment.isOfCores()) {
          rows.add(each.other());
        }
      }
      rows.end();
    }
  }

  long chargeMicro() {
    return Billed.sum(billed);
  }

  private Object[] cores() {
    return new Object[] {
      run.job().value(),
      run.attempt(),
      segment.fromMs(),
      segment.toMs(),
      sign * segment.cores(),
      sign * segment.coreMs(),
      chargeMicro(),
      segment.currency(),
      job.user().value(),
      job.project().value(),
      job.partition().value(),
      Domains.write(job.domains()),
      month,
      position,
      job.qos(),
      SegmentParts.write(segment, billed)
    };
  }

  private Object[] other() {
    Segment.Priced part = segment.parts().getFirst();
    return new Object[] {
      run.job().value(),
      run.attempt(),
      part.part().use().label(),
      part.part().use().nodeType(),
      segment.fromMs(),
      segment.toMs(),
      sign * part.counted(),
      chargeMicro(),
      segment.currency(),
      job.user().value(),
      job.project().value(),
      job.partition().value(),
      job.qos(),
      Domains.write(job.domains()),
      month,
      position,
      SegmentParts.write(segment, billed)
    };
  }
}
