package org.queqiao.accounting.ledger;

import java.util.List;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.observe.ObservedRun;

/**
 * Books the runs of other schedulers: metered and priced as own ones, paid from the wallet at once,
 * because nothing could be held for them. What is told otherwise later is reversed and booked anew,
 * each as an entry of its own; nothing is changed.
 */
final class ObservedBooking {
  private final BillingCalendar calendar;

  ObservedBooking(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  void record(RunObserved event, LoggedEvent logged, Books books) {
    if (event.revision() > 1) {
      RunObserved before =
          books
              .observed(event.job())
              .orElseThrow(() ->
                  new IllegalStateException(
                      "the log corrects run " + event.run().id() + ", which is unknown"));
      book(before, true, logged, books);
    }
    JobRow row = book(event, false, logged, books);
    books.putJob(row);
    books.putObserved(event);
  }

  /** Each time that a run is booked or reversed it is a run of its own in the books. */
  private static RunId number(RunObserved event, boolean reverse) {
    return new RunId(event.job(), 2 * event.revision() - (reverse ? 0 : 1));
  }

  private JobRow book(RunObserved event, boolean reverse, LoggedEvent logged, Books books) {
    ObservedRun run = event.run();
    RunId number = number(event, reverse);
    JobRow row = row(event, domains(event, reverse, books));
    OpenRun open = new OpenRun(number, run.startMs(), run.cores(), 0, "", run.stops());
    Charges.Manner manner = reverse ? Charges.Manner.REVERSE : Charges.Manner.CHARGE;
    Meter meter = new Meter(books.tariffs(), calendar);
    for (Segment segment : open.segments(open.parts(row), run.endMs(), meter)) {
      row = Charges.post(row, number, segment, manner, new TreeMap<>(), logged, books);
    }
    return row;
  }

  /** What is taken back is taken from the domains that it was added to. */
  private static List<DomainShare> domains(RunObserved event, boolean reverse, Books books) {
    return reverse
        ? books.job(event.job()).map(JobRow::domains).orElseThrow()
        : books.domains(event.run().project());
  }

  private static JobRow row(RunObserved event, List<DomainShare> domains) {
    ObservedRun run = event.run();
    return JobRow.builder(event.job())
        .name(run.name())
        .user(run.user())
        .unixUser(run.user().value())
        .uid(run.uid())
        .project(run.project())
        .domains(domains)
        .partition(run.partition())
        .state(run.state().name())
        .detail(run.id().cluster() + "/" + run.id().job() + ": " + run.detail())
        .submitMs(run.id().submitMs())
        .limitMs(run.limitMs())
        .memBytes(run.memBytes())
        .cores(run.cores())
        .nodes(run.nodes().isEmpty() ? List.of() : List.of(run.nodes()))
        .attempt(run.cores() > 0 ? 1 : 0)
        .startMs(run.cores() > 0 ? run.startMs() : 0)
        .endMs(run.endMs())
        .exitCode(run.exitCode())
        .signal(run.signal())
        .build();
  }
}
