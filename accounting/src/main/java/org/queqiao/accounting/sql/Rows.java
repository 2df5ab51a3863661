package org.queqiao.accounting.sql;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.price.Holding;

/** Table rows to records and back. */
final class Rows {
  static final String JOB_COLUMNS =
      "id, name, user_name, unix_user, project, domains, partition, state, detail, submit_ms,"
          + " limit_ms, mem_bytes, cores, nodes, attempt, start_ms, end_ms, exit_code, signal,"
          + " core_ms, charge_micro, currency, work_dir, stdout_path, stderr_path, uid,"
          + " array_job, array_task, qos";

  /** A question mark for each of the columns. */
  static final String JOB_VALUES = "?" + ", ?".repeat(JOB_COLUMNS.split(",").length - 1);

  static final String POSTING_COLUMNS =
      "id, transaction, account, unit, currency, amount, job, attempt, position, time_ms";

  /** So many parts of a holding come before its devices. */
  private static final int HOLDING_NUMBERS = 4;

  private Rows() {}

  static JobRow job(ResultSet row) throws SQLException {
    String nodes = row.getString("nodes");
    return JobRow.builder(new JobId(row.getLong("id")))
        .name(row.getString("name"))
        .user(new UserName(row.getString("user_name")))
        .unixUser(row.getString("unix_user"))
        .project(new ProjectName(row.getString("project")))
        .domains(Domains.read(row.getString("domains")))
        .partition(new PartitionName(row.getString("partition")))
        .state(row.getString("state"))
        .detail(row.getString("detail"))
        .submitMs(row.getLong("submit_ms"))
        .limitMs(row.getLong("limit_ms"))
        .memBytes(row.getLong("mem_bytes"))
        .cores(row.getLong("cores"))
        .nodes(nodes.isEmpty() ? List.of() : List.of(nodes.split(",")))
        .attempt(row.getInt("attempt"))
        .startMs(row.getLong("start_ms"))
        .endMs(row.getLong("end_ms"))
        .exitCode(row.getInt("exit_code"))
        .signal(row.getInt("signal"))
        .coreMs(row.getLong("core_ms"))
        .chargeMicro(row.getLong("charge_micro"))
        .currency(row.getString("currency"))
        .workDir(row.getString("work_dir"))
        .stdoutPath(row.getString("stdout_path"))
        .stderrPath(row.getString("stderr_path"))
        .uid(row.getInt("uid"))
        .task(task(row))
        .qos(row.getString("qos"))
        .build();
  }

  private static ArrayTask task(ResultSet row) throws SQLException {
    long array = row.getLong("array_job");
    return row.wasNull() ? null : new ArrayTask(new JobId(array), row.getInt("array_task"));
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
    boolean isTask = job.task() != null;
    statement.setObject(++i, isTask ? job.task().array().value() : null, Types.BIGINT);
    statement.setObject(++i, isTask ? job.task().index() : null, Types.INTEGER);
    statement.setString(++i, job.qos());
  }

  static List<Long> stops(String text) {
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(",")).map(Long::valueOf).toList();
  }

  static String stops(List<Long> stops) {
    return stops.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  static List<Holding> holdings(String text, long cores) {
    if (text.isEmpty()) {
      return Holding.cores(cores);
    }
    List<Holding> all = new ArrayList<>();
    for (String each : text.split(";")) {
      String[] parts = each.split(",", -1);
      TreeMap<String, Long> devices = new TreeMap<>();
      for (int i = HOLDING_NUMBERS; i < parts.length; i += 2) {
        devices.put(word(parts[i]), Long.valueOf(parts[i + 1]));
      }
      all.add(
          new Holding(
              word(parts[0]),
              Long.parseLong(parts[1]),
              Long.parseLong(parts[2]),
              Long.parseLong(parts[3]),
              devices));
    }
    return all;
  }

  private static String word(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Kind of nodes, cores, blocked cores, bytes, then each device with its count. */
  static String holdings(List<Holding> all) {
    List<String> texts = new ArrayList<>();
    for (Holding each : all) {
      StringBuilder text =
          new StringBuilder(URLEncoder.encode(each.nodeType(), StandardCharsets.UTF_8))
              .append(",")
              .append(each.cores())
              .append(",")
              .append(each.blockedCores())
              .append(",")
              .append(each.memBytes());
      each.devices()
          .forEach((device, count) ->
              text.append(",")
                  .append(URLEncoder.encode(device, StandardCharsets.UTF_8))
                  .append(",")
                  .append(count));
      texts.add(text.toString());
    }
    return String.join(";", texts);
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
