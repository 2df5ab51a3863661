package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.accounting.ledger.AuditEntry;
import org.queqiao.accounting.ledger.Billed;
import org.queqiao.accounting.ledger.Books;
import org.queqiao.accounting.ledger.DaysPosted;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.LostRun;
import org.queqiao.accounting.ledger.Months;
import org.queqiao.accounting.ledger.OpenRun;
import org.queqiao.accounting.ledger.PaidRun;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.ReservedTime;
import org.queqiao.accounting.ledger.RunEnd;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.ledger.Told;
import org.queqiao.accounting.metering.IdleTime;
import org.queqiao.accounting.metering.ReservedBook;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.accounting.nodes.NodeBook;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.TariffBook;

/**
 * The books during one batch: reads what it has not seen from the database, keeps what it changes,
 * and writes all of it at the end, within one transaction of the caller's.
 */
final class Batch implements Books {
  /** So many facts, postings and segments make a batch full. */
  private static final int FULL_ROWS = 200_000;

  /** What a row takes in memory and on its way, and a job with its texts. */
  private static final int ROW_BYTES = 500;

  private static final long FULL_BYTES = 96L << 20;

  private final Connection connection;
  private final Known known;
  private final List<Work> said = new ArrayList<>();
  private final JobRows jobs;
  private final OpenRuns runs;
  private final Map<String, BigInteger> volumes = new LinkedHashMap<>();
  private final Map<LineKey, LineTotal> lines = new LinkedHashMap<>();
  private final Map<JobId, Told> observed = new LinkedHashMap<>();
  private final List<RunImported> imported = new ArrayList<>();
  final List<Metered> metered = new ArrayList<>();
  private final List<Posting> postings = new ArrayList<>();
  private final List<StatementEntry> entries = new ArrayList<>();
  private final UsageMonths months = new UsageMonths();
  private final EndedMonths ends = new EndedMonths();
  private final ReservedRows reserved = new ReservedRows();
  private NodeBook.Delta ofNodes;
  private List<AllowanceBook.Row> ofAllowances;
  private Optional<DaysPosted.Mark> ofDays = Optional.empty();
  private boolean again;
  private long rows;
  private long bytes;
  private final MonthWriter closing = new MonthWriter();

  /** The batch before, which may not be in the database yet; null for none. */
  private Batch before;

  /** Begins a batch behind the one that is being written meanwhile; that is null for none. */
  Batch(Connection connection, Known known, Batch before) {
    this.connection = connection;
    this.known = known;
    this.before = before;
    this.jobs = new JobRows(known.lastJob().get(), before == null ? null : before.jobs);
    this.runs = new OpenRuns(before == null ? null : before.runs);
  }

  /** Reads at once what these facts are about. */
  void expect(List<LoggedEvent> events) throws SQLException {
    Set<JobId> ofJobs = new LinkedHashSet<>();
    Set<JobId> ofRuns = new LinkedHashSet<>();
    events.forEach(event -> Expected.add(event, ofJobs, ofRuns));
    ofJobs.removeIf(each -> !jobs.mayBeKnown(each));
    ofRuns.removeIf(each -> !jobs.mayBeKnown(each));
    if (!ofJobs.isEmpty()) {
      jobs.expect(connection, ofJobs);
    }
    if (!ofRuns.isEmpty()) {
      runs.expect(connection, ofRuns);
    }
  }

  /** Whether it should be written before more is taken in. */
  boolean isFull() {
    return rows >= FULL_ROWS || bytes >= FULL_BYTES || closing.ends();
  }

  private void count(long more) {
    rows++;
    bytes += ROW_BYTES + more;
  }

  /** Whether the database may have something of the job from before this batch. */
  boolean mayBeKnown(JobId job) {
    return jobs.mayBeKnown(job);
  }

  List<Posting> postings() {
    return postings;
  }

  @Override
  public TariffBook tariffs() {
    return known.tariffs();
  }

  @Override
  public void putTariff(TariffDefined tariff) {
    known.tariffs().add(tariff);
    said.add(writer -> MoneyRows.put(writer, tariff));
  }

  @Override
  public RefundBook refunds() {
    return known.refunds();
  }

  @Override
  public Months months() {
    return known.months();
  }

  @Override
  public MonthWriter monthBooks() {
    return closing;
  }

  @Override
  public NodeBook nodes() {
    return known.nodes();
  }

  @Override
  public AllowanceBook allowances() {
    return known.allowances();
  }

  @Override
  public void propose(MoneyProposed proposed, LoggedEvent logged) {
    said.add(writer -> MoneyRows.propose(writer, proposed, logged));
  }

  @Override
  public void dispute(LoggedEvent logged) {
    said.add(writer -> DisputeRows.put(writer, logged));
  }

  @Override
  public void lost(LostRun run) {
    count(run.why().length() + run.nodes().size());
    said.add(writer -> LostRuns.put(writer, run));
  }

  @Override
  public void seen(LostRunsSeen seen, LoggedEvent logged) {
    said.add(writer -> LostRuns.see(writer, seen, logged));
  }

  @Override
  public void putBudget(BudgetTerms terms, String reason, LoggedEvent logged) {
    said.add(writer -> BudgetRows.put(writer, terms, reason, logged));
  }

  @Override
  public void decide(MoneyDecided decided, LoggedEvent logged) {
    said.add(writer -> MoneyRows.decide(writer, decided, logged));
  }

  @Override
  public void audit(AuditEntry entry) {
    count(entry.content().length());
    said.add(writer -> AuditRows.put(writer, entry));
  }

  @Override
  public void note(StatementEntry entry) {
    entries.add(entry);
  }

  @Override
  public void putProject(ProjectDefined project, String month) {
    known.projects().put(project.name(), project.domains());
    said.add(writer -> ProjectRows.put(writer, project, month));
  }

  @Override
  public void putPrepaid(ProjectName project, String currency) {
    said.add(writer -> ProjectRows.putPrepaid(writer, project, currency));
  }

  @Override
  public void putCredit(ProjectName project, String currency, long creditMicro) {
    said.add(writer -> ProjectRows.putCredit(writer, project, currency, creditMicro));
  }

  @Override
  public void putPlatform(ProjectName project, String month, String platform) {
    said.add(writer -> ProjectRows.putPlatform(writer, project, month, platform));
  }

  @Override
  public void putDomainParent(DomainCode domain, String month, String parent) {
    said.add(writer -> DomainParts.put(writer, domain, month, parent));
  }

  @Override
  public void putTold(ClusterName cluster, long completeMs) {
    said.add(writer -> OpenMatters.told(writer, cluster, completeMs));
  }

  @Override
  public List<DomainShare> domains(ProjectName project) {
    return known
        .projects()
        .computeIfAbsent(
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
    return of(() -> jobs.get(connection, id));
  }

  @Override
  public void putJob(JobRow job) {
    count(job.detail().length() + job.workDir().length());
    jobs.put(job);
  }

  @Override
  public Optional<OpenRun> openRun(RunId run) {
    return of(() -> runs.get(connection, run));
  }

  @Override
  public void open(OpenRun run) {
    runs.put(run);
  }

  @Override
  public void change(OpenRun run) {
    runs.put(run);
  }

  @Override
  public void close(RunId run) {
    runs.close(run);
  }

  @Override
  public Collection<OpenRun> runsThatHold() {
    return of(() -> runs.all(connection));
  }

  @Override
  public DaysPosted days() {
    return known.days();
  }

  @Override
  public List<OpenRun> runsWithDays(RunId after, long startedBeforeMs, int most) {
    return of(() -> runs.withDays(connection, after, startedBeforeMs, most, jobs));
  }

  @Override
  public ReservedBook reserved() {
    return known.reserved();
  }

  @Override
  public void meterIdle(IdleTime time) {
    reserved.add(time);
  }

  @Override
  public void meterReserved(ReservedTime time) {
    reserved.add(time, domains(time.kept().owner()), months);
  }

  @Override
  public BigInteger volume(String key) {
    BigInteger changed = volumes.get(key);
    return changed != null
        ? changed
        : known
            .volumes()
            .computeIfAbsent(
                key,
                name ->
                    query(
                            "select quantity from volume where key = ?",
                            statement -> statement.setString(1, name),
                            row -> row.getBigDecimal(1).toBigIntegerExact())
                        .orElse(BigInteger.ZERO));
  }

  @Override
  public void putVolume(String key, BigInteger quantity) {
    volumes.put(key, quantity);
  }

  @Override
  public LineTotal line(LineKey key) {
    LineTotal changed = lines.get(key);
    return changed != null ? changed : of(() -> known.lines().get(connection, key));
  }

  @Override
  public void putLine(LineKey key, LineTotal total) {
    lines.put(key, total);
  }

  @Override
  public void meter(
      RunId run, JobRow job, Segment segment, List<Billed> billed, long standardMs, long position) {
    meter(Metered.of(run, job, segment, months(), 1, billed, standardMs, position));
  }

  @Override
  public void metersAgain() {
    again = true;
  }

  @Override
  public void unmeter(
      RunId run, JobRow job, Segment segment, List<Billed> billed, long standardMs, long position) {
    meter(Metered.of(run, job, segment, months(), -1, billed, standardMs, position));
  }

  @Override
  public Optional<PaidRun> paidRun(RunId run) {
    return of(() -> PaidRuns.find(connection, run, this, before));
  }

  private void meter(Metered each) {
    count(0);
    metered.add(each);
    months.add(each);
  }

  @Override
  public void ended(RunEnd end) {
    ends.add(end);
  }

  @Override
  public Optional<Told> observed(JobId job) {
    Told told = observed.get(job);
    if (told == null && before != null) {
      told = before.observed.get(job);
    }
    return told != null
        ? Optional.of(told)
        : query(
            "select " + ObservedRuns.COLUMNS + " from observed_run where job = ?",
            statement -> statement.setLong(1, job.value()),
            ObservedRuns::told);
  }

  @Override
  public void putObserved(Told told) {
    observed.put(told.run().job(), told);
  }

  @Override
  public void putImported(RunImported run) {
    imported.add(run);
  }

  @Override
  public void post(List<Posting> transaction) {
    transaction.forEach(each -> count(0));
    postings.addAll(transaction);
  }

  /** All of it was computed: what comes after knows it. The batch before is in the database. */
  void taken() {
    known.took(lines, volumes, jobs.last());
    ofNodes = known.nodes().take();
    ofDays = known.days().take();
    ofAllowances = known.allowances().changed();
    known.allowances().written();
    reserved.take(known.reserved());
  }

  /** Writes everything but the postings, and what is written behind them. */
  void flush(Connection writer) throws SQLException {
    for (Work each : said) {
      each.on(writer);
    }
    jobs.write(writer);
    runs.write(writer);
    ObservedRuns.write(writer, observed);
    ImportedRuns.write(writer, imported);
    StatementLines.write(writer, lines);
    ObservedRuns.writeVolumes(writer, volumes);
    known.parts().ofSegments(writer, metered, again);
    Metered.write(writer, metered);
    MoneyRows.write(writer, entries);
    months.write(writer);
    ends.write(writer);
    NodeRows.write(writer, ofNodes);
    DayRows.write(writer, ofDays);
    reserved.write(writer);
    AllowanceRows.write(writer, ofAllowances);
  }

  /** Makes the parts that postings go to. */
  void makeParts(Connection writer, List<Posting> some) throws SQLException {
    known.parts().ofPostings(writer, some);
  }

  /** Nothing was posted for these jobs before. */
  long sinceMs(Collection<JobId> some) {
    return jobs.sinceMs(some);
  }

  /** The transaction was committed. */
  void committed() {
    before = null;
    jobs.committed();
    runs.committed();
  }

  /** What is written with the batch. */
  private interface Work {
    void on(Connection writer) throws SQLException;
  }

  interface Use {
    void with(PreparedStatement statement) throws SQLException;
  }

  interface Map1<T> {
    T of(ResultSet row) throws SQLException;
  }

  private interface Question<T> {
    T ask() throws SQLException;
  }

  private static <T> T of(Question<T> question) {
    try {
      return question.ask();
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
}
