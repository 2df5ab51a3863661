package org.queqiao.accounting.ledger;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.contract.event.LoggedEvent;

/**
 * Posts what runs that go on have used: each billing day once it is over, and before a month is
 * closed all of it. The rest of their holds stands for what comes.
 */
final class RunningTime {
  /** So many runs are posted with one fact. */
  static final int MOST_RUNS = 500;

  /** And so many of their days: they are many where nothing was told for long. */
  private static final int MOST_DAYS = 2_000;

  private static final long DAY_MS = 86_400_000;

  private final BillingCalendar calendar;
  private final Allowing allowing;

  RunningTime(BillingCalendar calendar, Allowing allowing) {
    this.calendar = calendar;
    this.allowing = allowing;
  }

  /**
   * Posts days that are over, some runs with each fact, until all have theirs. A batch holds few
   * runs then, however many go on at midnight.
   */
  void days(LoggedEvent logged, Books books) {
    DaysPosted days = books.days();
    if (!days.isDue(logged.timeMs())) {
      return;
    }
    List<OpenRun> some = books.runsWithDays(days.after(), days.edgeMs(), MOST_RUNS);
    int posted = 0;
    long left = MOST_DAYS;
    while (posted < some.size() && left > 0) {
      OpenRun open = some.get(posted++);
      long fromMs = Math.max(open.startMs(), open.settled().untilMs());
      if (fromMs < days.edgeMs()) {
        left -= (days.edgeMs() - fromMs) / DAY_MS + 1;
        days(open, fromMs, days.edgeMs(), logged, books);
      }
    }
    boolean all = posted == some.size() && posted < MOST_RUNS;
    days.posted(all ? null : some.get(posted - 1).run());
  }

  /**
   * Posts of a run that has ended what it used before the month in which it did, so that what
   * allowances pay of a day stands in the month of that day, although none was posted after it.
   *
   * @return the run with that posted
   */
  OpenRun ends(OpenRun open, long endMs, LoggedEvent logged, Books books) {
    long fromMs = Math.max(open.startMs(), open.settled().untilMs());
    LocalDate first = YearMonth.from(calendar.day(endMs)).atDay(1);
    return open.postsDays() && !open.draws().isEmpty()
        ? days(open, fromMs, calendar.startMs(first), logged, books)
        : open;
  }

  /** What allowances pay stands in the month of its days. */
  private OpenRun days(OpenRun open, long fromMs, long edgeMs, LoggedEvent logged, Books books) {
    OpenRun run = open;
    long untilMs = fromMs;
    while (untilMs < edgeMs) {
      YearMonth next = YearMonth.from(calendar.day(untilMs)).plusMonths(1);
      untilMs = Math.min(edgeMs, calendar.startMs(next.atDay(1)));
      String month = books.months().billed(calendar.day(untilMs - 1));
      run = post(run, untilMs, "/" + calendar.day(untilMs - 1), month, logged, books);
    }
    return run;
  }

  /**
   * Posts what they have used before the end of a month, so that it can be closed. What is posted
   * beyond that and is known to be otherwise by now is put right while the month is open.
   */
  void month(long toMs, LoggedEvent logged, Books books) {
    for (OpenRun open : List.copyOf(books.runsThatHold())) {
      long untilMs = Math.max(toMs, open.settled().untilMs());
      if (open.startMs() < toMs && (untilMs == toMs || !open.isPostedAsItWas(untilMs))) {
        String month = calendar.month(toMs - 1);
        post(open, untilMs, "/at" + logged.position(), month, logged, books);
      }
    }
  }

  private static JobRow job(OpenRun open, Books books) {
    return books
        .job(open.run().job())
        .orElseThrow(() -> new IllegalStateException("run " + open.run() + " has no job"));
  }

  private RunTime time(JobRow before, OpenRun open, long untilMs, LoggedEvent logged, Books books) {
    Meter meter = new Meter(books.tariffs(), calendar);
    return RunTime.post(before, open, open.before(untilMs), untilMs, meter, logged, books);
  }

  private OpenRun post(
      OpenRun open, long untilMs, String suffix, String month, LoggedEvent logged, Books books) {
    JobRow before = job(open, books);
    RunTime time = time(before, open, untilMs, logged, books);
    allowing.use(time.job(), open, time, suffix, month, logged, books);
    return posted(before, open, time, untilMs, books);
  }

  private static OpenRun posted(
      JobRow before, OpenRun open, RunTime time, long untilMs, Books books) {
    long coreMs = Math.subtractExact(time.job().coreMs(), before.coreMs());
    OpenRun after = open.settled(time.settled(untilMs, coreMs));
    books.change(after);
    books.putJob(time.job());
    return after;
  }
}
