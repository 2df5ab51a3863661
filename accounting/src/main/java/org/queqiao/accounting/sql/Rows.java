package org.queqiao.accounting.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;

/** Table rows to records and back. */
final class Rows {
  static final String JOB_COLUMNS =
      "id, name, user_name, unix_user, project, domains, partition, state, detail, submit_ms,"
          + " limit_ms, mem_bytes, cores, nodes, attempt, start_ms, end_ms, exit_code, signal,"
          + " core_ms, charge_micro, currency, work_dir, stdout_path, stderr_path, uid";
  static final String POSTING_COLUMNS =
      "id, transaction, account, unit, currency, amount, job, attempt, position, time_ms";

  private Rows() {}

  static JobRow job(ResultSet row) throws SQLException {
    String nodes = row.getString("nodes");
    return new JobRow(
        new JobId(row.getLong("id")),
        row.getString("name"),
        new UserName(row.getString("user_name")),
        row.getString("unix_user"),
        new ProjectName(row.getString("project")),
        Domains.read(row.getString("domains")),
        new PartitionName(row.getString("partition")),
        row.getString("state"),
        row.getString("detail"),
        row.getLong("submit_ms"),
        row.getLong("limit_ms"),
        row.getLong("mem_bytes"),
        row.getLong("cores"),
        nodes.isEmpty() ? List.of() : List.of(nodes.split(",")),
        row.getInt("attempt"),
        row.getLong("start_ms"),
        row.getLong("end_ms"),
        row.getInt("exit_code"),
        row.getInt("signal"),
        row.getLong("core_ms"),
        row.getLong("charge_micro"),
        row.getString("currency"),
        row.getString("work_dir"),
        row.getString("stdout_path"),
        row.getString("stderr_path"),
        row.getInt("uid"));
  }

  static void set(PreparedStatement statement, JobRow job) throws SQLException {
    int i = 0;
    statement.setLong(++i, job.id().value());
    statement.setString(++i, job.name());
    statement.setString(++i, job.user().value());
    statement.setString(++i, job.unixUser());
    statement.setString(++i, job.project().value());
    statement.setString(++i, Domains.write(job.domains()));
    statement.setString(++i, job.partition().value());
    statement.setString(++i, job.state());
    statement.setString(++i, job.detail());
    statement.setLong(++i, job.submitMs());
    statement.setLong(++i, job.limitMs());
    statement.setLong(++i, job.memBytes());
    statement.setLong(++i, job.cores());
    statement.setString(++i, String.join(",", job.nodes()));
    statement.setInt(++i, job.attempt());
    statement.setLong(++i, job.startMs());
    statement.setLong(++i, job.endMs());
    statement.setInt(++i, job.exitCode());
    statement.setInt(++i, job.signal());
    statement.setLong(++i, job.coreMs());
    statement.setLong(++i, job.chargeMicro());
    statement.setString(++i, job.currency());
    statement.setString(++i, job.workDir());
    statement.setString(++i, job.stdoutPath());
    statement.setString(++i, job.stderrPath());
    statement.setInt(++i, job.uid());
  }

  static Posting posting(ResultSet row) throws SQLException {
    long job = row.getLong("job");
    RunId run = row.wasNull() ? null : new RunId(new JobId(job), row.getInt("attempt"));
    return new Posting(
        row.getString("id"),
        row.getString("transaction"),
        row.getString("account"),
        Unit.valueOf(row.getString("unit")),
        row.getString("currency"),
        row.getLong("amount"),
        run,
        row.getLong("position"),
        row.getLong("time_ms"),
        null);
  }
}
