package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.Cover;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.OpenRun;
import org.queqiao.accounting.ledger.Portion;
import org.queqiao.accounting.ledger.Settled;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.TariffBook;
import org.queqiao.contract.price.Volume;

/**
 * What runs that go on have used and cost so far, by the hour. Nothing of it is posted yet: their
 * hold stands for it until they end.
 */
public final class RunHours {
  /** The most hours of one answer: more than a year. */
  public static final int MAX_HOURS = 10_000;

  private final DataSource database;
  private final BillingCalendar calendar;

  RunHours(DataSource database, BillingCalendar calendar) {
    this.database = database;
    this.calendar = calendar;
  }

  /**
   * A resource of a run within one hour and under one price.
   *
   * @param fromMs first instant
   * @param toMs first instant after it
   * @param coreMs core-milliseconds; 0 of another resource
   * @param microPerCoreHour the price
   * @param currency of the price, or empty
   * @param costMicro what it adds to the cost of the run, rounded half up from the sum
   * @param resource as {@code cores}, {@code mem} or {@code gpu:a100}
   * @param nodeType the kind of the nodes, or empty
   */
  public record Hour(
      long fromMs,
      long toMs,
      long coreMs,
      long microPerCoreHour,
      String currency,
      long costMicro,
      String resource,
      String nodeType) {}

  /**
   * A run that goes on.
   *
   * @param run which run
   * @param startMs its allocation
   * @param cores over all its nodes
   * @param heldMicro what is held for it
   * @param coreMs core-milliseconds until now
   * @param costMicro what that costs, rounded half up, or the least that a run costs
   * @param minimumMicro what of the cost is above its use, because its price has a minimum
   * @param coveredMs core-milliseconds of it that allowances pay
   * @param coveredMicro what of the cost they pay
   * @param hours the same by the hour, the latest {@link #MAX_HOURS}
   */
  public record Running(
      RunId run,
      long startMs,
      long cores,
      long heldMicro,
      long coreMs,
      long costMicro,
      long minimumMicro,
      long coveredMs,
      long coveredMicro,
      List<Hour> hours) {
    public Running {
      hours = List.copyOf(hours);
    }

    /** What of the cost is paid with money. */
    public long dueMicro() {
      return Math.subtractExact(costMicro, coveredMicro);
    }
  }

  /** The runs of a job that go on, at most one unless the books are behind. */
  public List<Running> of(JobId job, long nowMs) {
    List<Running> all = new ArrayList<>();
    try (Connection connection = database.getConnection()) {
      TariffBook prices = Ledger.tariffs(connection);
      MoneyRows.approved(connection, prices, new RefundBook());
      JobRow row = job(connection, job);
      if (row == null) {
        return all;
      }
      try (PreparedStatement statement =
          connection.prepareStatement(OpenRuns.SELECT + " where job = ? order by attempt")) {
        statement.setLong(1, job.value());
        try (ResultSet open = statement.executeQuery()) {
          while (open.next()) {
            OpenRun run = OpenRuns.run(open);
            Books books = new Books(connection, prices);
            all.add(running(run.parts(row), row.project(), run, books, nowMs));
          }
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }

  /**
   * A run of another scheduler that goes on, which the books do not have.
   *
   * @param partition by whose tariff it will be billed
   * @param project who pays
   * @param run its time, cores and suspensions
   */
  public record Elsewhere(PartitionName partition, ProjectName project, OpenRun run) {}

  /** What runs of other schedulers have cost so far, in the order of the question. */
  public List<Running> elsewhere(List<Elsewhere> runs, long nowMs) {
    try (Connection connection = database.getConnection()) {
      TariffBook prices = Ledger.tariffs(connection);
      MoneyRows.approved(connection, prices, new RefundBook());
      List<Running> all = new ArrayList<>();
      for (Elsewhere each : runs) {
        all.add(
            running(
                Holding.parts(each.run().holdings(), each.partition(), null, each.project()),
                each.project(),
                each.run(),
                new Books(connection, prices),
                Math.max(nowMs, each.run().startMs())));
      }
      return all;
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static JobRow job(Connection connection, JobId job) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select " + Rows.JOB_COLUMNS + " from job where id = ?")) {
      statement.setLong(1, job.value());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Rows.job(row) : null;
      }
    }
  }

  /** Prices, and what was used under those with tiers. */
  private record Books(Connection connection, TariffBook prices, Map<String, BigInteger> volumes) {
    Books(Connection connection, TariffBook prices) {
      this(connection, prices, new TreeMap<>());
    }

    /** What was used before, to which this is added. */
    BigInteger use(String key, BigInteger quantity) throws SQLException {
      BigInteger before = volumes.get(key);
      if (before == null) {
        try (PreparedStatement statement =
            connection.prepareStatement("select quantity from volume where key = ?")) {
          statement.setString(1, key);
          try (ResultSet row = statement.executeQuery()) {
            before = row.next() ? row.getBigDecimal(1).toBigIntegerExact() : BigInteger.ZERO;
          }
        }
      }
      volumes.put(key, before.add(quantity));
      return before;
    }
  }

  /** What of an hour is under which tier, if the run ended now. */
  private static List<Portion> portions(
      ProjectName project, Segment segment, Segment.Priced part, Books books) throws SQLException {
    BigInteger quantity = segment.quantity(part);
    Volume volume = part.price().volume();
    if (volume.tiers().isEmpty() || quantity.signum() == 0) {
      return List.of(new Portion(0, part.price().microPerCoreHour(), quantity));
    }
    BigInteger before = books.use(Portion.volumeKey(project, segment, volume), quantity);
    return Portion.of(part, before, quantity);
  }

  private Running running(
      List<Holding.Part> parts, ProjectName project, OpenRun run, Books books, long nowMs)
      throws SQLException {
    Settled settled = run.settled();
    Sum sum = new Sum(project, books);
    Cover cover = new Cover(run.draws());
    Meter meter = new Meter(books.prices(), calendar);
    List<Segment> all = run.segments(parts, nowMs, meter);
    // What is posted already is in the volumes, and on the charges of the job.
    Set<Segment> posted = new HashSet<>(run.posted(parts, meter));
    for (Segment whole : all) {
      long before = sum.cost;
      for (Segment hour :
          posted.contains(whole) ? List.<Segment>of() : meter.hours(List.of(whole))) {
        sum.add(hour);
      }
      if (whole.isOfCores()) {
        cover.pay(
            whole,
            Map.of(
                "",
                posted.contains(whole)
                    ? total(settled.posted(whole.fromMs()))
                    : sum.cost - before));
      }
    }
    // What was posted and is not so, because a stop was told late, is taken back at the end.
    for (Segment each : run.posted(parts, meter)) {
      if (each.isOfCores() && !all.contains(each)) {
        sum.cost = Math.subtractExact(sum.cost, total(settled.posted(each.fromMs())));
        sum.coreMs = Math.subtractExact(sum.coreMs, each.coreMs());
      }
    }
    sum.cost = Math.addExact(sum.cost, total(settled.costs()));
    sum.coreMs = Math.addExact(sum.coreMs, settled.coreMs());
    // All of it may be posted, of a run that stands still since.
    boolean priced =
        !sum.currency.isEmpty() || settled.costs().keySet().stream().anyMatch(c -> !c.isEmpty());
    long minimum = priced ? leastMicro(books, parts, run) : 0;
    long more = Math.max(0, minimum - sum.cost);
    int hours = sum.hours.size();
    return new Running(
        run.run(),
        run.startMs(),
        run.cores(),
        Math.subtractExact(run.heldMicro(), settled.paidMicro(run.currency())),
        sum.coreMs,
        Math.addExact(sum.cost, more),
        more,
        cover.coreMs(),
        cover.micro(""),
        sum.hours.subList(Math.max(0, hours - MAX_HOURS), hours));
  }

  private static long total(Map<String, Long> micro) {
    return micro.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What a run has used and cost, hour by hour. */
  private static final class Sum {
    private final ProjectName project;
    private final Books books;
    private final List<Hour> hours = new ArrayList<>();
    private BigInteger exact = BigInteger.ZERO;
    private long coreMs;
    private long cost;
    private String currency = "";

    Sum(ProjectName project, Books books) {
      this.project = project;
      this.books = books;
    }

    void add(Segment segment) throws SQLException {
      for (Segment.Priced part : segment.parts()) {
        Use use = part.part().use();
        long held = segment.isOfCores() ? part.part().units() * segment.durationMs() : 0;
        List<Portion> portions = portions(project, segment, part, books);
        List<BigInteger> shares =
            Portion.shares(portions, BigInteger.valueOf(held), segment.quantity(part));
        for (int i = 0; i < portions.size(); i++) {
          Portion portion = portions.get(i);
          BigInteger more = portion.quantity().multiply(BigInteger.valueOf(portion.micro()));
          exact = exact.add(RunCost.common(use.resource(), more));
          long until =
              LineTotal.roundHalfUp(exact, RunCost.divisor(Resource.MEMORY)).longValueExact();
          hours.add(
              new Hour(
                  segment.fromMs(),
                  segment.toMs(),
                  shares.get(i).longValueExact(),
                  portion.micro(),
                  part.price().currency(),
                  until - cost,
                  use.label(),
                  use.nodeType()));
          cost = until;
        }
        currency = part.price().currency().isEmpty() ? currency : part.price().currency();
        coreMs = Math.addExact(coreMs, held);
      }
    }
  }

  /** What a run costs at least that has lasted any time. */
  private static long leastMicro(Books books, List<Holding.Part> parts, OpenRun run) {
    return RunCost.minimum(books.prices(), parts, run.startMs()).longValueExact();
  }
}
