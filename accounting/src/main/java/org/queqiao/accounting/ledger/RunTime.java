package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.price.Holding;

/**
 * Posts the time of a run: each day once it is over, at its end, or when a month is checked that it
 * has run in. What is posted already stays; what turns out to be otherwise, because a stop or the
 * end was told late, is taken back and posted as it is.
 */
final class RunTime {
  private final OpenRun open;
  private final Cover cover;
  private final Map<String, Long> costs;
  private final TreeMap<String, Long> behind;
  private final TreeMap<Long, SortedMap<String, Long>> segments = new TreeMap<>();
  private final List<Segment> were = new ArrayList<>();
  private final List<Segment> are = new ArrayList<>();
  private JobRow job;

  private RunTime(JobRow job, OpenRun open, Cover cover) {
    this.job = job;
    this.open = open;
    this.cover = cover;
    this.costs = new TreeMap<>(open.settled().costs());
    this.behind = new TreeMap<>(open.settled().behind());
  }

  /**
   * Posts what is not posted yet of the time before an instant. What is posted is looked at again
   * only where it may be otherwise, so that a day costs the same however long the run goes on.
   *
   * @param shape the run with its stops before that instant
   */
  static RunTime post(
      JobRow job,
      OpenRun open,
      OpenRun shape,
      long untilMs,
      Meter meter,
      LoggedEvent logged,
      Books books) {
    List<Holding.Part> parts = open.parts(job);
    Settled settled = open.settled();
    if (open.isPostedAsItWas(untilMs)) {
      RunTime time = new RunTime(job, open, Cover.after(open.draws(), settled));
      time.segments.putAll(settled.segments());
      long fromMs = Math.max(open.startMs(), settled.untilMs());
      for (Segment each : shape.segments(parts, fromMs, untilMs, meter)) {
        time.add(each, time.post(each, Charges.Manner.CAPTURE, logged, books));
      }
      return time;
    }
    RunTime time = new RunTime(job, open, new Cover(open.draws()));
    time.again(shape.segments(parts, untilMs, meter), open.posted(parts, meter), logged, books);
    return time;
  }

  /** Takes back what is posted and is not so, and posts what is so and is not posted. */
  private void again(List<Segment> all, List<Segment> posted, LoggedEvent logged, Books books) {
    were.addAll(posted);
    are.addAll(all);
    Set<Segment> there = new HashSet<>(posted);
    Set<Segment> right = new HashSet<>(all);
    for (Segment each : posted) {
      if (!right.contains(each)) {
        books.metersAgain();
        post(each, Charges.Manner.back(logged), logged, books);
      }
    }
    for (Segment each : all) {
      add(
          each,
          there.contains(each)
              ? open.settled().posted(each.fromMs())
              : post(each, manner(each, logged), logged, books));
    }
  }

  private void add(Segment each, Map<String, Long> micro) {
    if (each.isOfCores()) {
      cover.pay(each, micro);
      if (!micro.isEmpty()) {
        segments.put(each.fromMs(), new TreeMap<>(micro));
      }
    }
  }

  /** The names of what is posted once are those of a run that is posted at its end alone. */
  private Charges.Manner manner(Segment segment, LoggedEvent logged) {
    return segment.fromMs() < open.settled().untilMs()
        ? Charges.Manner.again(logged)
        : Charges.Manner.CAPTURE;
  }

  private Map<String, Long> post(
      Segment segment, Charges.Manner manner, LoggedEvent logged, Books books) {
    Map<String, Long> micro = new TreeMap<>();
    job = Charges.post(job, open.run(), segment, manner, micro, logged, books);
    pays(segment, micro);
    return micro;
  }

  /** What a segment of it cost. */
  void pays(Segment segment, Map<String, Long> micro) {
    micro.forEach((currency, each) -> costs.merge(currency, each, Math::addExact));
    if (open.checkpointMs() > 0) {
      micro.forEach((currency, each) ->
          behind.merge(currency, segment.behind(each, open.checkpointMs()), Math::addExact));
    }
  }

  /** What of it cost so much behind its checkpoint, before allowances; nothing without one. */
  Map<String, Long> behind() {
    return behind;
  }

  /** What a segment of cores cost, by its first instant. */
  Map<String, Long> micro(long fromMs) {
    return segments.getOrDefault(fromMs, new TreeMap<>());
  }

  /** The job with what is posted now. */
  JobRow job() {
    return job;
  }

  /** What all of it cost, by currency. */
  Map<String, Long> costs() {
    return costs;
  }

  /** What allowances pay of all of it. */
  Cover cover() {
    return cover;
  }

  /**
   * What allowances paid of its time before an instant, as was posted before this was put right.
   */
  Cover paidBefore(long toMs) {
    return before(toMs, were, open.settled()::posted);
  }

  /** What they pay of that now. */
  Cover paysBefore(long toMs) {
    return before(toMs, are, this::micro);
  }

  private Cover before(long toMs, List<Segment> some, LongFunction<Map<String, Long>> micro) {
    Cover part = new Cover(open.draws());
    for (Segment each : some) {
      if (each.isOfCores() && each.fromMs() < toMs) {
        part.pay(each, micro.apply(each.fromMs()));
      }
    }
    return part;
  }

  /**
   * What is posted of it then.
   *
   * @param coreMs core-milliseconds of this posting
   */
  Settled settled(long untilMs, long coreMs) {
    return new Settled(
        untilMs,
        open.stops().size(),
        Math.addExact(open.settled().coreMs(), coreMs),
        new TreeMap<>(costs),
        segments,
        cover.paid(),
        behind);
  }
}
