package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.accounting.metering.BillingCalendar;
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
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.TariffBook;

/** Books in memory: the shadow that simulations and tests keep beside the log. */
public final class MemoryBooks implements Books {
  private static final String WALLET = "wallet:";

  private final TariffBook tariffs = new TariffBook();
  private final RefundBook refunds = new RefundBook();
  private final AllowanceBook allowances = new AllowanceBook();
  private final List<StatementEntry> entries = new ArrayList<>();
  private final List<AuditEntry> audit = new ArrayList<>();
  private final Map<ProjectName, Budget> prepaid = new TreeMap<>();
  private final Map<ProjectName, Long> wallets = new TreeMap<>();
  private final Map<ProjectName, List<DomainShare>> projects = new TreeMap<>();
  private final Map<JobId, JobRow> jobs = new TreeMap<>();
  private final TreeMap<RunId, OpenRun> open = new TreeMap<>();
  private final Map<String, BigInteger> volumes = new TreeMap<>();
  private final Map<String, Line> lines = new TreeMap<>();
  private final Map<JobId, Told> observed = new TreeMap<>();
  private final Set<ExternalRun> imported = new TreeSet<>();
  private final List<Posting> postings = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final Map<RunId, Long> meteredCoreMs = new TreeMap<>();
  private final Map<RunId, PaidRun> paidRuns = new TreeMap<>();
  private final Map<ProjectName, Map<String, String>> platforms = new TreeMap<>();
  private final Map<ProjectName, Map<String, ProjectDefined>> terms = new TreeMap<>();
  private final Map<DomainCode, Map<String, String>> domainParents = new TreeMap<>();
  private final Map<ClusterName, Long> told = new TreeMap<>();
  private final List<RunEnd> ends = new ArrayList<>();
  private final ReservedBook reserved = new ReservedBook();
  private final List<IdleTime> idle = new ArrayList<>();
  private final List<ReservedTime> reservedTimes = new ArrayList<>();

  private final NodeBook nodes;
  private final Months months;
  private final DaysPosted days;

  /** Empty books of a site. */
  public MemoryBooks(BillingCalendar calendar) {
    nodes = new NodeBook(calendar);
    months = new Months(calendar, "", "", 0);
    days = new DaysPosted(calendar, DaysPosted.Mark.NONE);
  }

  /** A line with its total. */
  public record Line(LineKey key, LineTotal total) {}

  @Override
  public TariffBook tariffs() {
    return tariffs;
  }

  @Override
  public void putTariff(TariffDefined tariff) {
    tariffs.add(tariff);
  }

  @Override
  public RefundBook refunds() {
    return refunds;
  }

  @Override
  public Months months() {
    return months;
  }

  @Override
  public MonthBooks monthBooks() {
    return MonthBooks.NONE;
  }

  @Override
  public NodeBook nodes() {
    return nodes;
  }

  @Override
  public AllowanceBook allowances() {
    return allowances;
  }

  @Override
  public void propose(MoneyProposed proposed, LoggedEvent logged) {}

  @Override
  public void dispute(LoggedEvent logged) {}

  @Override
  public void lost(LostRun run) {}

  @Override
  public void seen(LostRunsSeen seen, LoggedEvent logged) {}

  @Override
  public void putBudget(BudgetTerms terms, String reason, LoggedEvent logged) {}

  @Override
  public void decide(MoneyDecided decided, LoggedEvent logged) {}

  @Override
  public void audit(AuditEntry entry) {
    audit.add(entry);
  }

  /** Administrative changes, in order. */
  public List<AuditEntry> audit() {
    return Collections.unmodifiableList(audit);
  }

  @Override
  public void note(StatementEntry entry) {
    entries.add(entry);
  }

  /** Refunds and corrections, in order. */
  public List<StatementEntry> entries() {
    return Collections.unmodifiableList(entries);
  }

  @Override
  public void putProject(ProjectDefined project, String month) {
    projects.put(project.name(), project.domains());
    terms.computeIfAbsent(project.name(), _ -> new TreeMap<>()).put(month, project);
  }

  /** What was said of a project last in each month in which something was. */
  public Map<String, ProjectDefined> terms(ProjectName project) {
    return Map.copyOf(terms.getOrDefault(project, new TreeMap<>()));
  }

  @Override
  public void putPrepaid(ProjectName project, String currency) {
    Budget before = prepaid.get(project);
    prepaid.put(
        project, new Budget(project, currency, 0, before == null ? 0 : before.creditMicro()));
  }

  @Override
  public void putCredit(ProjectName project, String currency, long creditMicro) {
    prepaid.put(project, new Budget(project, currency, 0, creditMicro));
  }

  /** The wallets of projects that pay before, by project; one currency for all. */
  public List<Budget> budgets() {
    List<Budget> out = new ArrayList<>();
    for (Budget each : prepaid.values()) {
      long balance = wallets.getOrDefault(each.project(), 0L);
      out.add(new Budget(each.project(), each.currency(), balance, each.creditMicro()));
    }
    return out;
  }

  @Override
  public List<DomainShare> domains(ProjectName project) {
    return projects.getOrDefault(project, List.of());
  }

  @Override
  public Optional<JobRow> job(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public void putJob(JobRow job) {
    jobs.put(job.id(), job);
  }

  @Override
  public Optional<OpenRun> openRun(RunId run) {
    return Optional.ofNullable(open.get(run));
  }

  @Override
  public void open(OpenRun run) {
    open.put(run.run(), run);
  }

  @Override
  public void change(OpenRun run) {
    open.put(run.run(), run);
  }

  @Override
  public void close(RunId run) {
    open.remove(run);
  }

  @Override
  public Collection<OpenRun> runsThatHold() {
    return Collections.unmodifiableCollection(open.values());
  }

  @Override
  public DaysPosted days() {
    return days;
  }

  @Override
  public List<OpenRun> runsWithDays(RunId after, long startedBeforeMs, int most) {
    return (after == null ? open : open.tailMap(after, false))
        .values().stream()
            .filter(each -> each.postsDays() && each.startMs() < startedBeforeMs)
            .limit(most)
            .toList();
  }

  @Override
  public ReservedBook reserved() {
    return reserved;
  }

  @Override
  public void meterIdle(IdleTime time) {
    idle.add(time);
  }

  @Override
  public void meterReserved(ReservedTime time) {
    reservedTimes.add(time);
  }

  /** Idle time of reservations by node, in order. */
  public List<IdleTime> idle() {
    return Collections.unmodifiableList(idle);
  }

  /** The same by price, with what it cost. */
  public List<ReservedTime> reservedTimes() {
    return Collections.unmodifiableList(reservedTimes);
  }

  @Override
  public BigInteger volume(String key) {
    return volumes.getOrDefault(key, BigInteger.ZERO);
  }

  @Override
  public void putVolume(String key, BigInteger quantity) {
    volumes.put(key, quantity);
  }

  @Override
  public LineTotal line(LineKey key) {
    Line line = lines.get(key.toString());
    return line == null ? LineTotal.EMPTY : line.total();
  }

  @Override
  public void putLine(LineKey key, LineTotal total) {
    lines.put(key.toString(), new Line(key, total));
  }

  @Override
  public void meter(
      RunId run, JobRow job, Segment segment, List<Billed> billed, long standardMs, long position) {
    meteredCoreMs.merge(run, segment.coreMs(), Math::addExact);
    paid(run, job);
  }

  private void paid(RunId run, JobRow job) {
    if (job.payer() != null) {
      paidRuns.put(run, new PaidRun(job.project(), job.payer()));
    }
  }

  @Override
  public Optional<PaidRun> paidRun(RunId run) {
    return Optional.ofNullable(paidRuns.get(run));
  }

  @Override
  public void metersAgain() {}

  @Override
  public void unmeter(
      RunId run, JobRow job, Segment segment, List<Billed> billed, long standardMs, long position) {
    meteredCoreMs.merge(run, Math.negateExact(segment.coreMs()), Math::addExact);
    paid(run, job);
  }

  @Override
  public void putPlatform(ProjectName project, String month, String platform) {
    platforms.computeIfAbsent(project, _ -> new TreeMap<>()).put(month, platform);
  }

  @Override
  public void putDomainParent(DomainCode domain, String month, String parent) {
    domainParents.computeIfAbsent(domain, _ -> new TreeMap<>()).put(month, parent);
  }

  @Override
  public void putTold(ClusterName cluster, long completeMs) {
    told.put(cluster, completeMs);
  }

  /** Up to when other clusters have told of all their runs. */
  public Map<ClusterName, Long> told() {
    return Map.copyOf(told);
  }

  /** Of what a domain is part, by the month from which on it is. */
  public Map<String, String> domainParents(DomainCode domain) {
    return Map.copyOf(domainParents.getOrDefault(domain, new TreeMap<>()));
  }

  @Override
  public void ended(RunEnd end) {
    ends.add(end);
  }

  /** How runs ended, in the order in which they did. */
  public List<RunEnd> ends() {
    return List.copyOf(ends);
  }

  /** To which platform a project belonged, by the month from which on it did. */
  public Map<String, String> platforms(ProjectName project) {
    return Map.copyOf(platforms.getOrDefault(project, new TreeMap<>()));
  }

  @Override
  public Optional<Told> observed(JobId job) {
    return Optional.ofNullable(observed.get(job));
  }

  @Override
  public void putImported(RunImported run) {
    if (!imported.add(run.run().id())) {
      throw new IllegalStateException("run " + run.run().id() + " is imported twice");
    }
  }

  @Override
  public void putObserved(Told told) {
    observed.put(told.run().job(), told);
  }

  @Override
  public void post(List<Posting> transaction) {
    for (Posting posting : transaction) {
      if (ids.add(posting.id())) {
        postings.add(posting);
        if (posting.account().startsWith(WALLET)) {
          wallets.merge(
              new ProjectName(posting.account().substring(WALLET.length())),
              posting.amount(),
              Math::addExact);
        }
      }
    }
  }

  /** Every line with its total, by its name. */
  public Map<String, Line> lines() {
    return Collections.unmodifiableMap(lines);
  }

  /** Everything posted, in order. */
  public List<Posting> postings() {
    return Collections.unmodifiableList(postings);
  }

  /** Core-milliseconds of every run that has ended. */
  public Map<RunId, Long> meteredCoreMs() {
    return Collections.unmodifiableMap(meteredCoreMs);
  }

  /** Runs that have a hold and no end. */
  public Set<RunId> openRuns() {
    return Collections.unmodifiableSet(open.keySet());
  }

  /** The balance of an account in a unit and currency. */
  public long balance(String account, Unit unit, String currency) {
    long sum = 0;
    for (Posting posting : postings) {
      if (posting.account().equals(account)
          && posting.unit() == unit
          && posting.currency().equals(currency)) {
        sum = Math.addExact(sum, posting.amount());
      }
    }
    return sum;
  }
}
