package org.queqiao.accounting.ledger;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.RunCost;
import org.queqiao.contract.price.TariffBook;

/**
 * Books the runs of other schedulers: metered and priced as own ones, paid from the wallet at once,
 * because nothing could be held for them. What is told otherwise later is reversed and booked anew,
 * each as an entry of its own; nothing is changed.
 */
final class ObservedBooking {
  private static final TariffBook UNPRICED = new TariffBook();
  private static final SortedMap<String, Long> NOTHING = Collections.emptySortedMap();

  private final BillingCalendar calendar;
  private final MoneyEntries money;

  ObservedBooking(BillingCalendar calendar) {
    this.calendar = calendar;
    this.money = new MoneyEntries(calendar);
  }

  void record(RunObserved event, LoggedEvent logged, Books books) {
    Told told = null;
    ProjectName paidBefore = null;
    if (event.revision() > 1) {
      told =
          books
              .observed(event.job())
              .orElseThrow(() ->
                  new IllegalStateException(
                      "the log corrects run " + event.run().id() + ", which is unknown"));
      RunObserved before = told.run();
      // What is taken back is taken from the domains and the wallet that it was added to.
      JobRow stands = books.job(event.job()).orElseThrow();
      paidBefore = stands.payer();
      books.months().takeBack(told.when());
      RunId reverse = number(before, true);
      JobRow row = row(before.job(), before.run(), stands.domains(), stands.payer());
      money.takeBack(row, reverse, told.refunded(), logged, books);
      book(reverse, row, before.run(), Charges.Manner.REVERSE, books.tariffs(), logged, books);
      books.months().takenBack();
    }
    Booked booked =
        book(
            number(event, false),
            row(
                event.job(),
                event.run(),
                books.domains(event.run().project()),
                payer(event.run(), books)),
            event.run(),
            Charges.Manner.CHARGE,
            books.tariffs(),
            logged,
            books);
    books.putJob(booked.row());
    boolean moves =
        told != null
            && !(told.run().run().project().equals(event.run().project())
                && Objects.equals(paidBefore, booked.row().payer()));
    SortedMap<String, Long> given = told == null || moves ? NOTHING : told.given();
    SortedMap<String, Long> standing = booked.atMost(given);
    if (moves) {
      // Nobody decided to give it to another project or wallet.
      RunObserved before = told.run();
      JobRow old = row(before.job(), before.run(), booked.row().domains(), paidBefore);
      money.givenAlong(old, number(before, true), told.stands(), NOTHING, logged, books);
    } else if (told != null) {
      RunId number = number(event, false);
      money.givenAlong(booked.row(), number, told.stands(), standing, logged, books);
    }
    books.putObserved(new Told(event, books.months().now(), booked.refunded(), given, standing));
  }

  /** A run of a file; one that is only shown is metered at no price. */
  void record(RunImported event, LoggedEvent logged, Books books) {
    ObservedRun run = event.run();
    books.putJob(
        book(
                new RunId(event.job(), 1),
                row(
                    event.job(),
                    run,
                    books.domains(run.project()),
                    event.billed() ? payer(run, books) : null),
                run,
                Charges.Manner.CHARGE,
                event.billed() ? books.tariffs() : UNPRICED,
                logged,
                books)
            .row());
    books.putImported(event);
  }

  /** Each time that a run is booked or reversed it is a run of its own in the books. */
  private static RunId number(RunObserved event, boolean reverse) {
    return new RunId(event.job(), 2 * event.revision() - (reverse ? 0 : 1));
  }

  /**
   * What a run came to.
   *
   * @param row with what is charged
   * @param costs what it cost, by currency
   * @param refunded what the rules gave back, by currency
   */
  private record Booked(
      JobRow row, SortedMap<String, Long> costs, SortedMap<String, Long> refunded) {
    /** What of such amounts is not more than the run cost and the rules left of that. */
    SortedMap<String, Long> atMost(SortedMap<String, Long> amounts) {
      TreeMap<String, Long> most = new TreeMap<>();
      amounts.forEach((currency, micro) -> {
        long left = costs.getOrDefault(currency, 0L) - refunded.getOrDefault(currency, 0L);
        most.put(currency, Math.min(micro, Math.max(0, left)));
      });
      return most;
    }
  }

  /** Posts the run, or takes it back without what the rules gave back of it. */
  private Booked book(
      RunId number,
      JobRow first,
      ObservedRun run,
      Charges.Manner manner,
      TariffBook tariffs,
      LoggedEvent logged,
      Books books) {
    JobRow row = first;
    OpenRun open = OpenRun.elsewhere(number, run);
    Meter meter = new Meter(tariffs, calendar);
    TreeMap<String, Long> costs = new TreeMap<>();
    for (Segment segment : open.segments(open.parts(row), run.endMs(), meter)) {
      row = Charges.post(row, number, segment, manner, costs, logged, books);
    }
    if (run.cores() > 0 && run.endMs() > run.startMs()) {
      long minimum = RunCost.minimum(tariffs, open.parts(first), run.startMs()).longValueExact();
      row = money.minimum(row, number, minimum, manner, costs, logged, books);
    }
    long coreMs = Math.abs(Math.subtractExact(row.coreMs(), first.coreMs()));
    String month = books.months().billed(calendar.day(run.endMs()));
    RunEnd end = RunEnd.of(row, row.state(), month, run.cores(), coreMs, null);
    books.ended(manner.back() ? end.back() : end);
    Optional<RefundCause> cause = manner.back() ? Optional.empty() : RefundBook.causeOf(run);
    JobRow payer = row;
    return new Booked(
        row,
        costs,
        cause
            .map(each ->
                money.refund(payer, number, each, run.endMs(), costs, costs, 0, logged, books))
            .orElseGet(TreeMap::new));
  }

  /** By what holds when it starts; null for its own project. */
  private static ProjectName payer(ObservedRun run, Books books) {
    return books.tariffs().payers().at(run.project(), run.startMs()).orElse(null);
  }

  private static JobRow row(
      JobId job, ObservedRun run, List<DomainShare> domains, ProjectName payer) {
    return JobRow.builder(job)
        .name(run.name())
        .user(run.user())
        .unixUser(run.user().value())
        .uid(run.uid())
        .project(run.project())
        .domains(domains)
        .payer(payer)
        .partition(run.partition())
        .qos(run.resources() == null ? "" : run.resources().qosName())
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
