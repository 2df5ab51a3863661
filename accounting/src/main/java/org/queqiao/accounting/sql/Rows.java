package org.queqiao.accounting.sql;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.price.Holding;

/** Table rows to records and back. */
final class Rows {
  static final String JOB_COLUMNS =
      "id, name, user_name, unix_user, project, domains, partition, state, detail, submit_ms,"
          + " limit_ms, mem_bytes, cores, nodes, attempt, start_ms, end_ms, exit_code, signal,"
          + " core_ms, charge_micro, currency, work_dir, stdout_path, stderr_path, uid,"
          + " array_job, array_task, qos, quote, end_user, payer";

  /** Of what type each of the columns is. */
  static final String[] JOB_TYPES =
      ("bigint text text text text text text text text bigint bigint bigint bigint text integer"
              + " bigint bigint integer integer bigint bigint text text text text integer bigint"
              + " integer text text text text")
          .split(" ");

  static final String POSTING_COLUMNS =
      "id, transaction, account, unit, currency, amount, job, attempt, position, time_ms";

  /** Its columns with its place in the chain. */
  static final String CHAIN_COLUMNS = POSTING_COLUMNS + ", seq, hash";

  /** So many parts of a holding come before its devices. */
  private static final int HOLDING_NUMBERS = 4;

  private Rows() {}

  /** Runs a statement that changes rows with these values. */
  static void run(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

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
        .quote(quote(row.getString("quote")))
        .endUser(row.getString("end_user"))
        .payer(projectOrNull(row.getString("payer")))
        .build();
  }

  private static ArrayTask task(ResultSet row) throws SQLException {
    long array = row.getLong("array_job");
    return row.wasNull() ? null : new ArrayTask(new JobId(array), row.getInt("array_task"));
  }

  /** A job in the order of its columns. */
  static Object[] values(JobRow job) {
    ArrayTask task = job.task();
    return new Object[] {
      job.id().value(),
      job.name(),
      job.user().value(),
      job.unixUser(),
      job.project().value(),
      Domains.write(job.domains()),
      job.partition().value(),
      job.state(),
      job.detail(),
      job.submitMs(),
      job.limitMs(),
      job.memBytes(),
      job.cores(),
      String.join(",", job.nodes()),
      job.attempt(),
      job.startMs(),
      job.endMs(),
      job.exitCode(),
      job.signal(),
      job.coreMs(),
      job.chargeMicro(),
      job.currency(),
      job.workDir(),
      job.stdoutPath(),
      job.stderrPath(),
      job.uid(),
      task == null ? null : task.array().value(),
      task == null ? null : task.index(),
      job.qos(),
      quote(job.quote()),
      job.endUser(),
      job.payer() == null ? "" : job.payer().value()
    };
  }

  /** A project, or null for none. */
  static ProjectName projectOrNull(String name) {
    return name.isEmpty() ? null : new ProjectName(name);
  }

  /** Its parts, apart by spaces; empty for none. */
  private static String quote(JobQuote quote) {
    return quote == null
        ? ""
        : String.join(
            " ",
            quote.id(),
            String.valueOf(quote.quotedMs()),
            String.valueOf(quote.maxMicro()),
            String.valueOf(quote.expectedMicro()),
            quote.currency());
  }

  static JobQuote quote(String text) {
    if (text.isEmpty()) {
      return null;
    }
    String[] parts = text.split(" ", -1);
    int i = 0;
    return new JobQuote(
        parts[i++],
        Long.parseLong(parts[i++]),
        Long.parseLong(parts[i++]),
        Long.parseLong(parts[i++]),
        parts[i]);
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

  /** A posting at its place in the chain, in the order of the columns. */
  static Object[] values(Posting posting, long seq, byte[] hash) {
    RunId run = posting.run();
    return new Object[] {
      posting.id(),
      posting.transaction(),
      posting.account(),
      posting.unit().name(),
      posting.currency(),
      posting.amount(),
      run == null ? null : run.job().value(),
      run == null ? null : run.attempt(),
      posting.position(),
      posting.timeMs(),
      seq,
      hash
    };
  }
}
