package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.Price;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.TariffBook;

/**
 * What time that was metered would have cost under other prices: priced, put on lines and rounded
 * as the ledger does it, and nothing is posted. The prices that were in force give what was
 * charged.
 */
public final class Repricing {
  /** Of so many runs it is known at most what they cost. */
  private static final int MOST_RUNS = 1_000_000;

  private static final String MINIMUM = "minimum";

  private final TariffBook tariffs;
  private final Meter meter;
  private final BillingCalendar calendar;
  private final boolean minima;
  private final Map<String, BigInteger> volumes = new HashMap<>();
  private final Map<LineKey, BigInteger> totals = new HashMap<>();
  private final Map<RunId, Cost> runs = new HashMap<>();
  private final TreeMap<List<String>, Sum> sums =
      new TreeMap<>(Comparator.comparing(List::toString));

  /**
   * Under these prices alone.
   *
   * @param minima whether runs are charged up to the minimum of their price
   */
  public Repricing(TariffBook tariffs, BillingCalendar calendar, boolean minima) {
    this.tariffs = tariffs;
    this.meter = new Meter(tariffs, calendar);
    this.calendar = calendar;
    this.minima = minima;
  }

  /** There are more than can be kept. */
  public static final class TooManyRuns extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyRuns() {
      super("the months have more than " + MOST_RUNS + " runs that minimum charges are counted of");
    }
  }

  /**
   * What a run held on nodes of one kind.
   *
   * @param nodeType the kind, or empty where it was not kept
   * @param units cores, devices, bytes or millijoules
   * @param blocked of cores those that it blocked, else the same
   * @param chargedMicro what was charged for it
   */
  public record Part(String nodeType, long units, long blocked, long chargedMicro) {}

  /**
   * A time that was metered.
   *
   * @param qos quality of service, or empty
   * @param resource as {@code cores}, {@code mem}, {@code gpu:a100} or {@code energy}
   * @param back whether it was taken back
   * @param month on whose statement it stands
   * @param counted false of a time before the months that are asked for, which fills tiers alone
   * @param payer on whose statement
   */
  public record Piece(
      RunId run,
      ProjectName project,
      UserName user,
      PartitionName partition,
      String qos,
      String resource,
      List<Part> parts,
      boolean back,
      long fromMs,
      long toMs,
      String month,
      boolean counted,
      ProjectName payer) {
    public Piece {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A time that a reservation kept and nobody used.
   *
   * @param coreMs how much
   */
  public record Kept(
      ProjectName project,
      String reservation,
      String nodeType,
      long fromMs,
      long toMs,
      long coreMs,
      long chargedMicro,
      String month) {}

  /**
   * What all pieces come to of one project, partition and resource.
   *
   * @param quantity units times milliseconds; of energy millijoules
   * @param divisor by which that is hours of a core, a device or a GiB, or kilowatt-hours
   * @param chargedMicro what was charged
   * @param whatIfMicro what it would have been
   */
  public record Line(
      String project,
      String partition,
      String resource,
      String nodeType,
      BigInteger quantity,
      BigInteger divisor,
      long chargedMicro,
      long whatIfMicro) {}

  private static final class Sum {
    private final BigInteger divisor;
    private BigInteger quantity = BigInteger.ZERO;
    private long chargedMicro;
    private long whatIfMicro;

    private Sum(BigInteger divisor) {
      this.divisor = divisor;
    }
  }

  /** What a run comes to over all its pieces. */
  private static final class Cost {
    private final ProjectName project;
    private final PartitionName partition;
    private long startMs = Long.MAX_VALUE;
    private long lastMs;
    private List<Holding.Part> atStart = List.of();
    private BigInteger coreMs = BigInteger.ZERO;
    private long micro;
    private boolean priced;

    private Cost(Piece piece) {
      this.project = piece.project();
      this.partition = piece.partition();
    }
  }

  private Sum sum(String project, String partition, String resource, String nodeType) {
    BigInteger divisor =
        resource.equals(MINIMUM) ? BigInteger.ONE : RunCost.divisor(Use.resourceOf(resource));
    return sums.computeIfAbsent(
        List.of(project, partition, resource, nodeType), _ -> new Sum(divisor));
  }

  private Sum sum(Piece piece, String nodeType) {
    return sum(piece.project().value(), piece.partition().value(), piece.resource(), nodeType);
  }

  /** Counts the next one, in the order of the log. */
  public void add(Piece piece) {
    Resource resource = Use.resourceOf(piece.resource());
    boolean energy = resource == Resource.ENERGY;
    BigInteger sign = piece.back() ? BigInteger.ONE.negate() : BigInteger.ONE;
    List<Holding.Part> parts = new ArrayList<>();
    for (Part each : piece.parts()) {
      if (piece.counted()) {
        Sum sum = sum(piece, each.nodeType());
        sum.chargedMicro = Math.addExact(sum.chargedMicro, each.chargedMicro());
        BigInteger lastedMs = BigInteger.valueOf(energy ? 1 : piece.toMs() - piece.fromMs());
        sum.quantity =
            sum.quantity.add(BigInteger.valueOf(each.units()).multiply(lastedMs).multiply(sign));
      }
      Use use =
          new Use(
              piece.partition(),
              piece.qos().isEmpty() ? null : new QosName(piece.qos()),
              piece.project(),
              resource,
              resource == Resource.ACCELERATORS ? piece.resource() : "",
              each.nodeType());
      parts.add(new Holding.Part(use, each.units(), each.blocked()));
    }
    Cost cost = minima ? cost(piece, parts, sign) : null;
    List<Segment> segments =
        energy
            ? meter.energy(
                parts.getFirst().use(), parts.getFirst().units(), piece.fromMs(), piece.toMs())
            : meter.billed(parts, piece.fromMs(), piece.toMs());
    for (Segment segment : segments) {
      for (Segment.Priced part : segment.parts()) {
        long micro = price(piece, segment, part, sign);
        if (piece.counted()) {
          Sum sum = sum(piece, part.part().use().nodeType());
          sum.whatIfMicro = Math.addExact(sum.whatIfMicro, micro);
        }
        if (cost != null) {
          cost.micro = Math.addExact(cost.micro, micro);
          cost.priced |= !part.price().currency().isEmpty();
        }
      }
    }
  }

  private Cost cost(Piece piece, List<Holding.Part> parts, BigInteger sign) {
    Cost cost = runs.computeIfAbsent(piece.run(), _ -> new Cost(piece));
    if (runs.size() > MOST_RUNS) {
      throw new TooManyRuns();
    }
    if (piece.resource().equals("cores")) {
      if (piece.fromMs() < cost.startMs) {
        cost.startMs = piece.fromMs();
        cost.atStart = parts;
      }
      cost.lastMs = Math.max(cost.lastMs, piece.toMs());
      BigInteger coreMs = BigInteger.valueOf(piece.toMs() - piece.fromMs()).multiply(sign);
      for (Holding.Part each : parts) {
        cost.coreMs = cost.coreMs.add(coreMs.multiply(BigInteger.valueOf(each.units())));
      }
    }
    return cost;
  }

  /** What a part of a segment adds to the rounded totals of its lines. */
  private long price(Piece piece, Segment segment, Segment.Priced part, BigInteger sign) {
    BigInteger quantity = segment.quantity(part);
    BigInteger before = BigInteger.ZERO;
    if (!part.price().volume().tiers().isEmpty()) {
      String key = Portion.volumeKey(piece.project(), segment, part.price().volume());
      BigInteger used = volumes.getOrDefault(key, BigInteger.ZERO);
      BigInteger after = used.add(quantity.multiply(sign));
      volumes.put(key, after);
      before = used.min(after);
    }
    String month = calendar.month(segment.fromMs());
    long micro = 0;
    for (Portion each : Portion.of(part, before, quantity)) {
      Price price = part.price();
      LineKey line =
          new LineKey(
              piece.payer(),
              piece.user(),
              piece.partition(),
              piece.month(),
              price.validFromMs(),
              each.micro(),
              price.currency(),
              part.part().use().label(),
              part.part().use().nodeType(),
              month.equals(piece.month()) ? "" : month,
              piece.payer().equals(piece.project()) ? null : piece.project());
      micro = Math.addExact(micro, posted(line, each.quantity().multiply(sign)));
    }
    return micro;
  }

  private long posted(LineKey line, BigInteger more) {
    BigInteger micro = BigInteger.valueOf(line.microPerCoreHour());
    if (micro.signum() == 0) {
      return 0;
    }
    BigInteger divisor = RunCost.divisorOf(line.resource());
    BigInteger before = totals.getOrDefault(line, BigInteger.ZERO);
    BigInteger after = before.add(more);
    totals.put(line, after);
    return LineTotal.roundHalfUp(after.multiply(micro), divisor)
        .subtract(LineTotal.roundHalfUp(before.multiply(micro), divisor))
        .longValueExact();
  }

  /**
   * Counts reserved time. How much of it was behind an instant at which only these prices change is
   * not kept: there it is taken to have come evenly.
   */
  public void add(Kept kept) {
    Sum sum = sum(kept.project().value(), "", "reserved", kept.nodeType());
    sum.quantity = sum.quantity.add(BigInteger.valueOf(kept.coreMs()));
    sum.chargedMicro = Math.addExact(sum.chargedMicro, kept.chargedMicro());
    Use use = new Use(null, null, kept.project(), Resource.RESERVED, "", kept.nodeType());
    TreeSet<Long> cuts = new TreeSet<>(tariffs.changes(use, kept.fromMs(), kept.toMs()));
    cuts.add(kept.toMs());
    BigInteger lasted = BigInteger.valueOf(kept.toMs() - kept.fromMs());
    BigInteger told = BigInteger.ZERO;
    long start = kept.fromMs();
    for (long cut : cuts) {
      Price price = tariffs.at(use, start);
      BigInteger until =
          BigInteger.valueOf(kept.coreMs())
              .multiply(BigInteger.valueOf(cut - kept.fromMs()))
              .divide(lasted);
      LineKey line =
          new LineKey(
              kept.project(),
              null,
              null,
              kept.month(),
              price.validFromMs(),
              price.microPerCoreHour(),
              price.currency(),
              use.label() + ":" + kept.reservation(),
              kept.nodeType(),
              "");
      sum.whatIfMicro = Math.addExact(sum.whatIfMicro, posted(line, until.subtract(told)));
      told = until;
      start = cut;
    }
  }

  /**
   * Counts what runs pay up to the minimum of their price: of those that ended in the months.
   *
   * @param fromMs begin of the months
   * @param toMs their end
   * @param goOn runs that have not ended, or go on after that
   * @param charged what was charged so
   */
  public void minima(long fromMs, long toMs, Set<RunId> goOn, Map<RunId, Long> charged) {
    runs.forEach((run, cost) -> {
      if (cost.lastMs <= fromMs || cost.lastMs > toMs || goOn.contains(run)) {
        return;
      }
      boolean back = cost.coreMs.signum() < 0;
      long least = RunCost.minimum(tariffs, cost.atStart, cost.startMs).longValueExact();
      long above = Math.subtractExact(least, back ? Math.negateExact(cost.micro) : cost.micro);
      long more = above <= 0 || !cost.priced ? 0 : back ? Math.negateExact(above) : above;
      long wasMicro = charged.getOrDefault(run, 0L);
      if (more != 0 || wasMicro != 0) {
        Sum sum = sum(cost.project.value(), cost.partition.value(), MINIMUM, "");
        sum.whatIfMicro = Math.addExact(sum.whatIfMicro, more);
        sum.chargedMicro = Math.addExact(sum.chargedMicro, wasMicro);
      }
    });
  }

  /** All lines, by project, partition, resource and kind of nodes. */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    sums.forEach((key, sum) ->
        lines.add(
            new Line(
                key.get(0),
                key.get(1),
                key.get(2),
                key.get(3),
                sum.quantity,
                sum.divisor,
                sum.chargedMicro,
                sum.whatIfMicro)));
    return lines;
  }
}
