package org.queqiao.accounting.ledger;

import java.time.YearMonth;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private final TreeMap<String, String> elsewhere = new TreeMap<>();

  /** What allowances pay otherwise of time that is posted, by the month in which that stands. */
  private final TreeMap<String, SortedMap<Long, Settled.Covered>> moved = new TreeMap<>();

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
      time.elsewhere.putAll(settled.elsewhere());
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
    Settled settled = open.settled();
    Set<Segment> there = new HashSet<>(posted);
    Set<Segment> right = new HashSet<>(all);
    Cover paid = new Cover(open.draws());
    for (Segment each : posted) {
      books.months().takeBackFrom(settled.elsewhere().get(Settled.name(each)));
      if (!right.contains(each)) {
        books.metersAgain();
        post(each, Charges.Manner.back(logged), logged, books);
      }
      SortedMap<Long, Settled.Covered> before = paid.paid();
      if (each.isOfCores()) {
        paid.pay(each, settled.posted(each.fromMs()));
      }
      move(books.months().billed(each.day()), paid.paid(), before);
    }
    for (Segment each : all) {
      SortedMap<Long, Settled.Covered> before = cover.paid();
      boolean stays = there.contains(each);
      String month = stays ? settled.elsewhere().get(Settled.name(each)) : null;
      if (month != null) {
        elsewhere.put(Settled.name(each), month);
      }
      books.months().takeBackFrom(month);
      add(
          each,
          stays ? settled.posted(each.fromMs()) : post(each, manner(each, logged), logged, books));
      move(books.months().billed(each.day()), before, cover.paid());
    }
    books.months().takenBack();
  }

  /** What they pay of a segment stands where that does, less and more by what has changed. */
  private void move(
      String month, SortedMap<Long, Settled.Covered> from, SortedMap<Long, Settled.Covered> to) {
    SortedMap<Long, Settled.Covered> more = moved.computeIfAbsent(month, _ -> new TreeMap<>());
    from.forEach((id, each) -> more.merge(id, each.less(), Settled.Covered::plus));
    to.forEach((id, each) -> more.merge(id, each, Settled.Covered::plus));
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
    if (!manner.back()) {
      String month = books.months().billed(segment.day());
      if (!month.equals(YearMonth.from(segment.day()).toString())) {
        elsewhere.put(Settled.name(segment), month);
      }
    }
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
   * What allowances pay beyond what is posted already, or less, by the month on whose statement it
   * stands: that of the time for which they pay. Runs from before days were posted have one entry.
   *
   * @param month in which stands what is posted for the first time
   */
  SortedMap<String, SortedMap<Long, Settled.Covered>> allowed(String month) {
    TreeMap<String, SortedMap<Long, Settled.Covered>> all = new TreeMap<>();
    SortedMap<Long, Settled.Covered> rest = new TreeMap<>(cover.paid());
    open.settled()
        .covers()
        .forEach((id, each) -> rest.merge(id, each.less(), Settled.Covered::plus));
    all.put(month, rest);
    if (open.postsDays()) {
      moved.forEach((each, covers) -> {
        if (!each.equals(month)) {
          all.put(each, covers);
          covers.forEach((id, paid) -> rest.merge(id, paid.less(), Settled.Covered::plus));
        }
      });
    }
    return all;
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
        behind,
        elsewhere);
  }
}
