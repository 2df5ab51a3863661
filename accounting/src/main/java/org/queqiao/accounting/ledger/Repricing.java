package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.TariffBook;

/**
 * What time that was metered would have cost under other prices. Exact, and nothing is posted: the
 * total of each line is rounded once, half up, to the micro-unit.
 */
public final class Repricing {
  private final Meter meter;
  private final Map<String, BigInteger> volumes = new HashMap<>();
  private final TreeMap<List<String>, Sum> sums =
      new TreeMap<>(java.util.Comparator.comparing(List::toString));

  /** Under these prices alone. */
  public Repricing(TariffBook tariffs, BillingCalendar calendar) {
    this.meter = new Meter(tariffs, calendar);
  }

  /**
   * A time that was metered.
   *
   * @param qos quality of service, or empty
   * @param resource as {@code cores}, {@code mem}, {@code gpu:a100} or {@code energy}
   * @param nodeType the kind of the nodes, or empty where it was not kept
   * @param units cores, devices, bytes or millijoules; below zero for what was taken back
   * @param chargedMicro what was charged for it
   */
  public record Piece(
      ProjectName project,
      PartitionName partition,
      String qos,
      String resource,
      String nodeType,
      long units,
      long fromMs,
      long toMs,
      long chargedMicro) {}

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
    private BigInteger numerator = BigInteger.ZERO;
    private long chargedMicro;

    private Sum(BigInteger divisor) {
      this.divisor = divisor;
    }
  }

  /** Counts the next one, in the order of the log. */
  public void add(Piece piece) {
    Resource resource = Use.resourceOf(piece.resource());
    boolean energy = resource == Resource.ENERGY;
    Sum sum =
        sums.computeIfAbsent(
            List.of(
                piece.project().value(),
                piece.partition().value(),
                piece.resource(),
                piece.nodeType()),
            key -> new Sum(RunCost.divisor(resource)));
    sum.chargedMicro = Math.addExact(sum.chargedMicro, piece.chargedMicro());
    BigInteger sign = BigInteger.valueOf(Long.signum(piece.units()));
    long units = Math.absExact(piece.units());
    sum.quantity =
        sum.quantity.add(
            BigInteger.valueOf(piece.units())
                .multiply(BigInteger.valueOf(energy ? 1 : piece.toMs() - piece.fromMs())));
    Use use =
        new Use(
            piece.partition(),
            piece.qos().isEmpty() ? null : new QosName(piece.qos()),
            piece.project(),
            resource,
            resource == Resource.ACCELERATORS ? piece.resource() : "",
            piece.nodeType());
    List<Holding.Part> parts = List.of(new Holding.Part(use, units, units));
    for (Segment segment :
        energy
            ? meter.energy(use, units, piece.fromMs(), piece.toMs())
            : meter.billed(parts, piece.fromMs(), piece.toMs())) {
      for (Segment.Priced part : segment.parts()) {
        sum.numerator = sum.numerator.add(cost(piece, segment, part, sign).multiply(sign));
      }
    }
  }

  private BigInteger cost(Piece piece, Segment segment, Segment.Priced part, BigInteger sign) {
    BigInteger quantity = segment.quantity(part);
    BigInteger before = BigInteger.ZERO;
    if (!part.price().volume().tiers().isEmpty()) {
      String key = Portion.volumeKey(piece.project(), segment, part.price().volume());
      BigInteger used = volumes.getOrDefault(key, BigInteger.ZERO);
      BigInteger after = used.add(quantity.multiply(sign));
      volumes.put(key, after);
      before = used.min(after);
    }
    BigInteger cost = BigInteger.ZERO;
    for (Portion each : Portion.of(part, before, quantity)) {
      cost = cost.add(each.quantity().multiply(BigInteger.valueOf(each.micro())));
    }
    return cost;
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
                LineTotal.roundHalfUp(sum.numerator, sum.divisor).longValueExact())));
    return lines;
  }
}
