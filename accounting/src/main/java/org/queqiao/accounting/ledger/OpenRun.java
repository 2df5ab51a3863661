package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.price.Holding;

/**
 * A run that holds cores.
 *
 * @param run which run
 * @param startMs logical time of its allocation
 * @param cores over all its nodes
 * @param heldMicro what its wallet held back for it, before anything of it was posted
 * @param currency of the hold, or empty
 * @param stops when its time was not billed because it was suspended: from, to, from, to and so on;
 *     without the last where that goes on
 * @param holdings what it holds, by the kind of nodes
 * @param places its cores by node; empty where that is not known
 * @param draws what it has taken of allowances
 * @param settled what of it is posted already
 * @param postsDays whether its days are posted as they are over
 * @param checkpointMs until when what it has done is saved; 0 for not at all
 */
public record OpenRun(
    RunId run,
    long startMs,
    long cores,
    long heldMicro,
    String currency,
    List<Long> stops,
    List<Holding> holdings,
    SortedMap<NodeName, Integer> places,
    List<Covering.Draw> draws,
    Settled settled,
    boolean postsDays,
    long checkpointMs) {
  public OpenRun {
    stops = List.copyOf(stops);
    holdings = List.copyOf(holdings);
    places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
    draws = List.copyOf(draws);
  }

  /** A run of which nothing but its cores is known. */
  public OpenRun(
      RunId run, long startMs, long cores, long heldMicro, String currency, List<Long> stops) {
    this(
        run,
        startMs,
        cores,
        heldMicro,
        currency,
        stops,
        Holding.cores(cores),
        new TreeMap<>(),
        List.of(),
        Settled.NONE,
        false,
        0);
  }

  /** A run elsewhere that is over. */
  static OpenRun elsewhere(RunId number, ObservedRun run) {
    return new OpenRun(
        number,
        run.startMs(),
        run.cores(),
        0,
        "",
        run.stops(),
        Holding.of(run),
        new TreeMap<>(),
        List.of(),
        Settled.NONE,
        false,
        0);
  }

  /** A run that was never suspended and for which nothing is held yet. */
  static OpenRun of(
      RunId run, long startMs, Collection<Allocation> allocations, boolean postsDays) {
    List<Holding> holdings = Holding.of(allocations);
    TreeMap<NodeName, Integer> places = new TreeMap<>();
    allocations.forEach(each -> places.merge(each.node(), each.cores().size(), Math::addExact));
    return new OpenRun(
        run,
        startMs,
        Holding.allCores(holdings),
        0,
        "",
        List.of(),
        holdings,
        places,
        List.of(),
        Settled.NONE,
        postsDays,
        0);
  }

  /** The same with this held for it. */
  OpenRun held(long micro, String inCurrency) {
    return new OpenRun(
        run,
        startMs,
        cores,
        micro,
        inCurrency,
        stops,
        holdings,
        places,
        draws,
        settled,
        postsDays,
        checkpointMs);
  }

  /** The same having taken this of allowances. */
  OpenRun drawing(List<Covering.Draw> taken) {
    return new OpenRun(
        run,
        startMs,
        cores,
        heldMicro,
        currency,
        stops,
        holdings,
        places,
        taken,
        settled,
        postsDays,
        checkpointMs);
  }

  /** The same having saved what it has done until now. */
  OpenRun saved(long atMs) {
    return new OpenRun(
        run,
        startMs,
        cores,
        heldMicro,
        currency,
        stops,
        holdings,
        places,
        draws,
        settled.saved(),
        postsDays,
        atMs);
  }

  /** The parts of what it holds for a job, each with a price of its own. */
  public List<Holding.Part> parts(JobRow job) {
    return Holding.parts(holdings, job.partition(), job.qosName(), job.project());
  }

  /** All that is billed of it until its end. */
  public List<Segment> segments(List<Holding.Part> parts, long endMs, Meter meter) {
    return segments(parts, startMs, endMs, meter);
  }

  /** The same from an instant on, at which a day begins. */
  List<Segment> segments(List<Holding.Part> parts, long fromMs, long endMs, Meter meter) {
    List<Segment> all = new ArrayList<>();
    for (Interval each : intervals(endMs)) {
      all.addAll(meter.billed(parts, Math.max(fromMs, each.fromMs()), each.toMs()));
    }
    for (int i = 0; i < stops.size(); i += 2) {
      long toMs = i + 1 < stops.size() ? stops.get(i + 1) : endMs;
      all.addAll(meter.suspended(parts, Math.max(fromMs, stops.get(i)), toMs));
    }
    return all;
  }

  /**
   * Time that is billed.
   *
   * @param fromMs its first moment
   * @param toMs the first moment after it
   */
  public record Interval(long fromMs, long toMs) {}

  /** Whether its time is not billed now. */
  public boolean isStopped() {
    return stops.size() % 2 == 1;
  }

  /** The same, from this moment on stopped, or billed again. */
  public OpenRun edge(long atMs) {
    List<Long> more = new ArrayList<>(stops);
    more.add(atMs);
    return stopped(more);
  }

  private OpenRun stopped(List<Long> otherStops) {
    return new OpenRun(
        run,
        startMs,
        cores,
        heldMicro,
        currency,
        otherStops,
        holdings,
        places,
        draws,
        settled,
        postsDays,
        checkpointMs);
  }

  /** The same with this of it posted. */
  OpenRun settled(Settled now) {
    return new OpenRun(
        run,
        startMs,
        cores,
        heldMicro,
        currency,
        stops,
        holdings,
        places,
        draws,
        now,
        postsDays,
        checkpointMs);
  }

  /** The same as its stops are before an instant. */
  OpenRun before(long untilMs) {
    return stopped(stops.stream().takeWhile(each -> each < untilMs).toList());
  }

  /** Whether what is posted of it is right if its time until this instant is billed. */
  boolean isPostedAsItWas(long untilMs) {
    return untilMs >= settled.untilMs()
        && stops.subList(settled.stops(), stops.size()).stream()
            .allMatch(each -> each >= settled.untilMs());
  }

  /** What is posted of it: as its stops were known then. */
  public List<Segment> posted(List<Holding.Part> parts, Meter meter) {
    return settled.untilMs() == 0
        ? List.of()
        : stopped(stops.subList(0, settled.stops()))
            .before(settled.untilMs())
            .segments(parts, settled.untilMs(), meter);
  }

  /** Its billed time until its end, in order. */
  public List<Interval> intervals(long endMs) {
    List<Interval> out = new ArrayList<>();
    long fromMs = startMs;
    for (int i = 0; i < stops.size(); i += 2) {
      out.add(new Interval(fromMs, stops.get(i)));
      fromMs = i + 1 < stops.size() ? stops.get(i + 1) : endMs;
    }
    out.add(new Interval(fromMs, endMs));
    return out;
  }
}
