package org.queqiao.accounting.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.YearMonth;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.RunId;

/** Time of a run; with the sign -1 what was metered before is taken back. */
record Metered(
    RunId run,
    JobRow job,
    Segment segment,
    int sign,
    long chargeMicro,
    long standardMs,
    long position) {
  static final String CORES =
      "insert into segment (job, attempt, from_ms, to_ms, cores, core_ms, charge_micro, currency,"
          + " user_name, project, partition, domains, month, position, qos) values (?, ?, ?, ?,"
          + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing";

  static final String OTHERS =
      "insert into segment_item (job, attempt, resource, node_type, from_ms, to_ms, units,"
          + " charge_micro, currency, user_name, project, partition, qos, domains, month,"
          + " position) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do"
          + " nothing";

  static void setCores(PreparedStatement statement, Metered metered) throws SQLException {
    Segment segment = metered.segment();
    JobRow job = metered.job();
    statement.setLong(1, metered.run().job().value());
    statement.setInt(2, metered.run().attempt());
    statement.setLong(3, segment.fromMs());
    statement.setLong(4, segment.toMs());
    statement.setLong(5, metered.sign() * segment.cores());
    statement.setLong(6, metered.sign() * segment.coreMs());
    statement.setLong(7, metered.chargeMicro());
    statement.setString(8, segment.currency());
    statement.setString(9, job.user().value());
    statement.setString(10, job.project().value());
    statement.setString(11, job.partition().value());
    statement.setString(12, Domains.write(job.domains()));
    statement.setString(13, YearMonth.from(segment.day()).toString());
    statement.setLong(14, metered.position());
    statement.setString(15, job.qos());
  }

  static void setOther(PreparedStatement statement, Metered metered) throws SQLException {
    Segment segment = metered.segment();
    Segment.Priced part = segment.parts().getFirst();
    JobRow job = metered.job();
    statement.setLong(1, metered.run().job().value());
    statement.setInt(2, metered.run().attempt());
    statement.setString(3, part.part().use().label());
    statement.setString(4, part.part().use().nodeType());
    statement.setLong(5, segment.fromMs());
    statement.setLong(6, segment.toMs());
    statement.setLong(7, metered.sign() * part.counted());
    statement.setLong(8, metered.chargeMicro());
    statement.setString(9, segment.currency());
    statement.setString(10, job.user().value());
    statement.setString(11, job.project().value());
    statement.setString(12, job.partition().value());
    statement.setString(13, job.qos());
    statement.setString(14, Domains.write(job.domains()));
    statement.setString(15, YearMonth.from(segment.day()).toString());
    statement.setLong(16, metered.position());
  }
}
