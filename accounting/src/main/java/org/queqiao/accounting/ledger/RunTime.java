package org.queqiao.accounting.ledger;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.event.LoggedEvent;

/**
 * Posts the time of a run, at its end or when a month is checked that it has run in. What is posted
 * already stays; what turns out to be otherwise, because a stop or the end was told late, is taken
 * back and posted as it is.
 */
final class RunTime {
  private final OpenRun open;
  private final Cover cover;
  private final Map<String, Long> costs;
  private final TreeMap<Long, SortedMap<String, Long>> segments = new TreeMap<>();
  private JobRow job;

  private RunTime(JobRow job, OpenRun open) {
    this.job = job;
    this.open = open;
    this.cover = new Cover(open.draws());
    this.costs = new TreeMap<>(open.settled().costs());
  }

  /**
   * Posts what is not posted yet.
   *
   * @param all the segments of the run, in order
   * @param posted those of them that are posted, and others that are not so
   */
  static RunTime post(
      JobRow job,
      OpenRun open,
      List<Segment> all,
      List<Segment> posted,
      LoggedEvent logged,
      Books books) {
    RunTime time = new RunTime(job, open);
    // Nearly always nothing is posted before.
    Set<Segment> there = posted.isEmpty() ? Set.of() : new HashSet<>(posted);
    Set<Segment> right = posted.isEmpty() ? Set.of() : new HashSet<>(all);
    for (Segment each : posted) {
      if (!right.contains(each)) {
        books.metersAgain();
        time.post(each, Charges.Manner.back(logged), logged, books);
      }
    }
    for (Segment each : all) {
      Map<String, Long> micro =
          there.contains(each)
              ? open.settled().posted(each.fromMs())
              : time.post(each, time.manner(each, logged), logged, books);
      if (each.isOfCores()) {
        time.cover.pay(each, micro);
        if (!micro.isEmpty()) {
          time.segments.put(each.fromMs(), new TreeMap<>(micro));
        }
      }
    }
    return time;
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
    micro.forEach((currency, each) -> costs.merge(currency, each, Math::addExact));
    return micro;
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
   * What is posted of it then.
   *
   * @param coreMs core-milliseconds of this posting
   */
  Settled settled(long untilMs, long coreMs) {
    TreeMap<Long, Settled.Covered> covers = new TreeMap<>();
    for (int i = 0; i < cover.draws().size(); i++) {
      covers.put(
          cover.draws().get(i).allowance(),
          new Settled.Covered(cover.usedMs(i), new TreeMap<>(cover.micro(i))));
    }
    return new Settled(
        untilMs,
        open.stops().size(),
        Math.addExact(open.settled().coreMs(), coreMs),
        new TreeMap<>(costs),
        segments,
        covers);
  }
}
