package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.queqiao.accounting.ledger.Books;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.OpenRun;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.RefundBook;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.price.TariffBook;

/**
 * The books during one batch: reads what it has not seen from the database, keeps what it changes,
 * and writes all of it at the end, within one transaction of the caller's.
 */
final class Batch implements Books {
  private final Connection connection;
  private final TariffBook tariffs;
  private final RefundBook refunds;
  private final Map<JobId, JobRow> jobs = new LinkedHashMap<>();
  private final Map<RunId, OpenRun> opened = new LinkedHashMap<>();

  /** Those of earlier batches that were stopped or went on. */
  private final Map<RunId, OpenRun> changed = new LinkedHashMap<>();

  private final Set<RunId> closed = new LinkedHashSet<>();
  private final Map<String, BigInteger> volumes = new LinkedHashMap<>();
  private final Map<LineKey, LineTotal> lines = new LinkedHashMap<>();
  private final Map<ProjectName, List<DomainShare>> projects = new LinkedHashMap<>();
  private final Map<JobId, RunObserved> observed = new LinkedHashMap<>();
  private final List<RunImported> imported = new ArrayList<>();
  private final List<Metered> metered = new ArrayList<>();
  private final List<Posting> postings = new ArrayList<>();
  private final List<StatementEntry> entries = new ArrayList<>();
  private final UsageMonths months = new UsageMonths();

  Batch(Connection connection, TariffBook tariffs, RefundBook refunds) {
    this.connection = connection;
    this.tariffs = tariffs;
    this.refunds = refunds;
  }

  List<Posting> postings() {
    return postings;
  }

  @Override
  public TariffBook tariffs() {
    return tariffs;
  }

  @Override
  public void putTariff(TariffDefined tariff) {
    tariffs.add(tariff);
    run(
        "insert into tariff (partition, valid_from_ms, price_micro, currency) values (?, ?, ?, ?)"
            + " on conflict (partition, valid_from_ms) do update set price_micro ="
            + " excluded.price_micro, currency = excluded.currency",
        statement -> {
          statement.setString(1, tariff.partition().value());
          statement.setLong(2, tariff.validFromMs());
          statement.setLong(3, tariff.priceMicroPerCoreHour());
          statement.setString(4, tariff.currency());
          statement.executeUpdate();
        });
  }

  @Override
  public RefundBook refunds() {
    return refunds;
  }

  @Override
  public void propose(MoneyProposed proposed, LoggedEvent logged) {
    now(() -> MoneyRows.propose(connection, proposed, logged));
  }

  @Override
  public void decide(MoneyDecided decided, LoggedEvent logged) {
    now(() -> MoneyRows.decide(connection, decided, logged));
  }

  @Override
  public void note(StatementEntry entry) {
    entries.add(entry);
  }

  @Override
  public void putProject(ProjectName project, String title, List<DomainShare> domains) {
    projects.put(project, domains);
    run(
        "insert into project (name, title, domains) values (?, ?, ?) on conflict (name) do update"
            + " set title = excluded.title, domains = excluded.domains",
        statement -> {
          statement.setString(1, project.value());
          statement.setString(2, title);
          statement.setString(3, Domains.write(domains));
          statement.executeUpdate();
        });
  }

  @Override
  public void putPrepaid(ProjectName project, String currency) {
    run(
        "insert into prepaid (project, currency, credit_micro) values (?, ?, 0) on conflict"
            + " (project) do update set currency = excluded.currency",
        statement -> {
          statement.setString(1, project.value());
          statement.setString(2, currency);
          statement.executeUpdate();
        });
  }

  @Override
  public void putCredit(ProjectName project, String currency, long creditMicro) {
    run(
        "insert into prepaid (project, currency, credit_micro) values (?, ?, ?) on conflict"
            + " (project) do update set currency = excluded.currency, credit_micro ="
            + " excluded.credit_micro",
        statement -> {
          statement.setString(1, project.value());
          statement.setString(2, currency);
          statement.setLong(3, creditMicro);
          statement.executeUpdate();
        });
  }

  @Override
  public List<DomainShare> domains(ProjectName project) {
    return projects.computeIfAbsent(
        project,
        name ->
            query(
                    "select domains from project where name = ?",
                    statement -> statement.setString(1, name.value()),
                    row -> Domains.read(row.getString(1)))
                .orElse(List.of()));
  }

  @Override
  public Optional<JobRow> job(JobId id) {
    JobRow known = jobs.get(id);
    return known != null
        ? Optional.of(known)
        : query(
            "select " + Rows.JOB_COLUMNS + " from job where id = ?",
            statement -> statement.setLong(1, id.value()),
            Rows::job);
  }

  @Override
  public void putJob(JobRow job) {
    jobs.put(job.id(), job);
  }

  @Override
  public Optional<OpenRun> openRun(RunId run) {
    OpenRun known = opened.getOrDefault(run, changed.get(run));
    if (known != null || closed.contains(run)) {
      return Optional.ofNullable(known);
    }
    return query(
        "select start_ms, cores, held_micro, currency, stops, holdings from open_run where job = ? and"
            + " attempt = ?",
        statement -> {
          statement.setLong(1, run.job().value());
          statement.setInt(2, run.attempt());
        },
        row ->
            new OpenRun(
                run,
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getString(4),
                Rows.stops(row.getString(5)),
                Rows.holdings(row.getString(6), row.getLong(2))));
  }

  @Override
  public void open(OpenRun run) {
    opened.put(run.run(), run);
  }

  @Override
  public void change(OpenRun run) {
    (opened.containsKey(run.run()) ? opened : changed).put(run.run(), run);
  }

  @Override
  public void close(RunId run) {
    changed.remove(run);
    opened.remove(run);
    closed.add(run);
  }

  @Override
  public BigInteger volume(String key) {
    BigInteger known = volumes.get(key);
    return known != null
        ? known
        : query(
                "select quantity from volume where key = ?",
                statement -> statement.setString(1, key),
                row -> row.getBigDecimal(1).toBigIntegerExact())
            .orElse(BigInteger.ZERO);
  }

  @Override
  public void putVolume(String key, BigInteger quantity) {
    volumes.put(key, quantity);
  }

  @Override
  public LineTotal line(LineKey key) {
    LineTotal known = lines.get(key);
    if (known != null) {
      return known;
    }
    return query(LineRows.READ, statement -> LineRows.setKey(statement, key), LineRows::total)
        .orElse(LineTotal.EMPTY);
  }

  @Override
  public void putLine(LineKey key, LineTotal total) {
    lines.put(key, total);
  }

  @Override
  public void meter(
      RunId run, JobRow job, Segment segment, long chargeMicro, long standardMs, long position) {
    meter(new Metered(run, job, segment, 1, chargeMicro, standardMs, position));
  }

  @Override
  public void unmeter(
      RunId run, JobRow job, Segment segment, long chargeMicro, long standardMs, long position) {
    meter(new Metered(run, job, segment, -1, chargeMicro, standardMs, position));
  }

  private void meter(Metered each) {
    metered.add(each);
    JobRow job = each.job();
    months.add(
        List.of(
            YearMonth.from(each.segment().day()).toString(),
            job.project().value(),
            job.user().value(),
            job.partition().value(),
            job.qos(),
            Domains.write(job.domains()),
            each.segment().currency()),
        each.sign() * each.segment().coreMs(),
        each.chargeMicro(),
        each.standardMs());
  }

  @Override
  public Optional<RunObserved> observed(JobId job) {
    RunObserved known = observed.get(job);
    return known != null
        ? Optional.of(known)
        : query(
            "select told from observed_run where job = ?",
            statement -> statement.setLong(1, job.value()),
            row -> (RunObserved) EventCodec.decode(row.getBytes(1)).event());
  }

  @Override
  public void putObserved(RunObserved run) {
    observed.put(run.job(), run);
  }

  @Override
  public void putImported(RunImported run) {
    imported.add(run);
  }

  @Override
  public void post(List<Posting> transaction) {
    postings.addAll(transaction);
  }

  /** Writes everything but the postings. */
  void flush() {
    batch(
        "insert into job ("
            + Rows.JOB_COLUMNS
            + ") values ("
            + Rows.JOB_VALUES
            + ") on conflict (id) do update set name = excluded.name, project = excluded.project,"
            + " domains = excluded.domains, qos = excluded.qos, partition = excluded.partition, limit_ms ="
            + " excluded.limit_ms, mem_bytes = excluded.mem_bytes, state = excluded.state, detail = excluded.detail,"
            + " cores = excluded.cores, nodes = excluded.nodes, attempt = excluded.attempt,"
            + " start_ms = excluded.start_ms, end_ms = excluded.end_ms, exit_code ="
            + " excluded.exit_code, signal = excluded.signal, core_ms = excluded.core_ms,"
            + " charge_micro = excluded.charge_micro, currency = excluded.currency",
        jobs.values(),
        Rows::set);
    batch(
        "insert into open_run (job, attempt, start_ms, cores, held_micro, currency, stops,"
            + " holdings) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (job, attempt) do update set held_micro ="
            + " excluded.held_micro, currency = excluded.currency, stops = excluded.stops",
        opened.values(),
        (statement, run) -> {
          statement.setLong(1, run.run().job().value());
          statement.setInt(2, run.run().attempt());
          statement.setLong(3, run.startMs());
          statement.setLong(4, run.cores());
          statement.setLong(5, run.heldMicro());
          statement.setString(6, run.currency());
          statement.setString(7, Rows.stops(run.stops()));
          statement.setString(8, Rows.holdings(run.holdings()));
        });
    flushStops();
    flushObserved();
    now(() -> ImportedRuns.write(connection, imported));
    batch(
        "delete from open_run where job = ? and attempt = ?",
        closed,
        (statement, run) -> {
          statement.setLong(1, run.job().value());
          statement.setInt(2, run.attempt());
        });
    flushLines();
    batch(
        "insert into volume (key, quantity) values (?, ?) on conflict (key) do update set quantity"
            + " = excluded.quantity",
        volumes.entrySet(),
        (statement, each) -> {
          statement.setString(1, each.getKey());
          statement.setBigDecimal(2, new BigDecimal(each.getValue()));
        });
    flushSegments();
    now(() -> MoneyRows.write(connection, entries));
    now(() -> months.write(connection));
  }

  private void flushLines() {
    batch(LineRows.WRITE, lines.entrySet(), LineRows::set);
  }

  private void flushSegments() {
    batch(
        Metered.CORES,
        metered.stream().filter(each -> each.segment().isOfCores()).toList(),
        Metered::setCores);
    batch(
        Metered.OTHERS,
        metered.stream().filter(each -> !each.segment().isOfCores()).toList(),
        Metered::setOther);
  }

  private void flushObserved() {
    batch(
        "insert into observed_run (job, cluster, number, submit_ms, revision, told) values"
            + " (?, ?, ?, ?, ?, ?) on conflict (job) do update set revision = excluded.revision,"
            + " told = excluded.told",
        observed.values(),
        Batch::setObserved);
  }

  private void flushStops() {
    batch(
        "update open_run set stops = ?, held_micro = ?, currency = ? where job = ? and attempt = ?",
        changed.values(),
        (statement, run) -> {
          statement.setString(1, Rows.stops(run.stops()));
          statement.setLong(2, run.heldMicro());
          statement.setString(3, run.currency());
          statement.setLong(4, run.run().job().value());
          statement.setInt(5, run.run().attempt());
        });
  }

  private static void setObserved(PreparedStatement statement, RunObserved run)
      throws SQLException {
    statement.setLong(1, run.job().value());
    statement.setString(2, run.run().id().cluster().value());
    statement.setLong(3, run.run().id().job());
    statement.setLong(4, run.run().id().submitMs());
    statement.setInt(5, run.revision());
    statement.setBytes(6, EventCodec.encode(Actor.SCHEDULER, run));
  }

  private interface Work {
    void run() throws SQLException;
  }

  private static void now(Work work) {
    try {
      work.run();
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  interface Use {
    void with(PreparedStatement statement) throws SQLException;
  }

  interface Map1<T> {
    T of(ResultSet row) throws SQLException;
  }

  interface Setter<T> {
    void set(PreparedStatement statement, T value) throws SQLException;
  }

  private void run(String sql, Use use) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      use.with(statement);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private <T> Optional<T> query(String sql, Use set, Map1<T> map) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set.with(statement);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(map.of(rows)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private <T> void batch(String sql, Iterable<T> values, Setter<T> setter) {
    if (!values.iterator().hasNext()) {
      return;
    }
    run(
        sql,
        statement -> {
          for (T value : values) {
            setter.set(statement, value);
            statement.addBatch();
          }
          statement.executeBatch();
        });
  }
}
