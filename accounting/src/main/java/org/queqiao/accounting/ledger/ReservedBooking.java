package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.IdleTime;
import org.queqiao.accounting.metering.Kept;
import org.queqiao.accounting.metering.ReservedBook;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Price;
import org.queqiao.contract.reservation.Reservation;

/**
 * Meters what of reservations nobody used, and charges it to the project that they are for where
 * the tariff says so. An occurrence counts from the moment at which the log says that it is open;
 * it is settled by the day, and at its end.
 */
final class ReservedBooking {
  private final BillingCalendar calendar;

  ReservedBooking(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  /** Settles what has come due before a fact. */
  void due(LoggedEvent logged, Books books) {
    ReservedBook book = books.reserved();
    book.due(logged.timeMs(), calendar)
        .forEach((name, untilMs) -> settle(name, untilMs, logged, books));
  }

  /** A fact about a node. */
  static void node(LoggedEvent logged, ReservedBook book) {
    long nowMs = logged.timeMs();
    switch (logged.event()) {
      case NodeRegistered e ->
          book.node(e.facts().name(), each -> each.with(e.facts().cores()), nowMs);
      case NodeUp e -> book.node(e.node(), each -> each.up(true), nowMs);
      case NodeDown e -> book.node(e.node(), each -> each.up(false), e.lastSeenMs());
      case NodeDrained e -> book.node(e.node(), each -> each.drained(true), nowMs);
      case NodeResumed e -> book.node(e.node(), each -> each.drained(false), nowMs);
      case NodeSettingsSet e -> book.node(e.node(), each -> each.of(e.settings().type()), nowMs);
      default -> throw new IllegalArgumentException("no fact about a node: " + logged.event());
    }
  }

  /** A run holds its cores from a moment on, or holds them no more. */
  static void held(OpenRun run, boolean more, long atMs, Books books) {
    ReservedBook book = books.reserved();
    if (book.watches()) {
      run.places().forEach((node, cores) -> book.held(node, more ? cores : -cores, atMs));
    }
  }

  /**
   * A fact about a reservation. One that was defined before the books kept reservations is unknown
   * until it is defined anew: what the log says of it until then changes nothing.
   */
  void reservation(LoggedEvent logged, Books books) {
    ReservedBook book = books.reserved();
    switch (logged.event()) {
      case ReservationDefined e -> defined(e.reservation(), logged, books);
      case ReservationOpened e -> {
        if (book.find(e.reservation()).isPresent()) {
          long atMs = Math.max(e.startMs(), logged.timeMs());
          book.open(e.reservation(), e.startMs(), atMs, calendar);
        }
      }
      case ReservationClosed e -> {
        if (book.find(e.reservation()).isPresent()) {
          over(e.reservation(), logged, books);
          if (e.nextStartMs() == 0) {
            book.remove(e.reservation());
          }
        }
      }
      case ReservationDeleted e -> {
        if (book.find(e.reservation()).isPresent()) {
          over(e.reservation(), logged, books);
          book.remove(e.reservation());
        }
      }
      default ->
          throw new IllegalArgumentException("no fact about reservations: " + logged.event());
    }
  }

  /** Other rules hold from now on; the occurrence goes on if it begins at the same moment. */
  private void defined(Reservation rules, LoggedEvent logged, Books books) {
    ReservedBook book = books.reserved();
    Kept before = book.find(rules.name()).orElse(null);
    if (before != null) {
      over(rules.name(), logged, books);
      book.remove(rules.name());
    }
    Map<NodeName, Integer> held = new HashMap<>();
    if (!book.unknown(rules.nodes()).isEmpty()) {
      for (OpenRun each : books.runsThatHold()) {
        if (!each.isStopped()) {
          each.places().forEach((node, cores) -> held.merge(node, cores, Math::addExact));
        }
      }
    }
    book.define(rules, node -> held.getOrDefault(node, 0));
    if (before != null
        && before.open()
        && rules.occurrenceAfter(logged.timeMs()) == before.startMs()) {
      book.open(rules.name(), before.startMs(), logged.timeMs(), calendar);
    }
  }

  private void over(ReservationName name, LoggedEvent logged, Books books) {
    Kept kept = books.reserved().find(name).orElseThrow();
    if (kept.open()) {
      settle(name, Math.min(logged.timeMs(), kept.endMs()), logged, books);
      books.reserved().close(name, calendar);
    }
  }

  private void settle(ReservationName name, long untilMs, LoggedEvent logged, Books books) {
    ReservedBook book = books.reserved();
    Kept kept = book.find(name).orElseThrow();
    long fromMs = kept.settledMs();
    while (fromMs < untilMs) {
      long toMs = Math.min(untilMs, calendar.nextDayMs(fromMs));
      day(kept, fromMs, toMs, logged, books);
      fromMs = toMs;
    }
    if (untilMs > kept.settledMs()) {
      book.settled(name, untilMs, calendar);
    }
  }

  private void day(Kept kept, long fromMs, long toMs, LoggedEvent logged, Books books) {
    ReservedBook book = books.reserved();
    LocalDate day = calendar.day(fromMs);
    TreeMap<String, List<NodeName>> byType = new TreeMap<>();
    for (NodeName each : new TreeSet<>(kept.rules().nodes())) {
      String type = book.node(each).type();
      long coreMs = book.idleCoreMs(each, fromMs, toMs);
      if (coreMs > 0) {
        byType.computeIfAbsent(type, _ -> new ArrayList<>()).add(each);
        books.meterIdle(
            new IdleTime(
                kept.rules().name(),
                kept.startMs(),
                each,
                type,
                kept.owner(),
                fromMs,
                toMs,
                coreMs,
                day,
                logged.position()));
      }
    }
    if (kept.owner() != null) {
      byType.forEach((type, nodes) -> priced(kept, type, nodes, fromMs, toMs, logged, books));
    }
  }

  /** Cuts where the price changes, and where it might and does not goes on. */
  private void priced(
      Kept kept,
      String type,
      List<NodeName> nodes,
      long fromMs,
      long toMs,
      LoggedEvent logged,
      Books books) {
    Use use = new Use(null, null, kept.owner(), Resource.RESERVED, "", type);
    TreeSet<Long> cuts = new TreeSet<>(books.tariffs().changes(use, fromMs, toMs));
    cuts.add(toMs);
    long start = fromMs;
    for (long cut : cuts) {
      Price price = books.tariffs().at(use, start);
      if (cut < toMs && books.tariffs().at(use, cut).equals(price)) {
        continue;
      }
      long coreMs = 0;
      for (NodeName each : nodes) {
        coreMs = Math.addExact(coreMs, books.reserved().idleCoreMs(each, start, cut));
      }
      if (coreMs > 0) {
        post(kept, use, price, start, cut, coreMs, logged, books);
      }
      start = cut;
    }
  }

  private void post(
      Kept kept,
      Use use,
      Price price,
      long fromMs,
      long toMs,
      long coreMs,
      LoggedEvent logged,
      Books books) {
    LocalDate day = calendar.day(fromMs);
    String name = "reserved/" + kept.rules().name();
    String interval = name + "/" + day + "/" + fromMs;
    interval = use.nodeType().isEmpty() ? interval : interval + "@" + use.nodeType();
    LineKey key = line(kept, use, price, day, books.months());
    long amount = 0;
    if (!price.currency().isEmpty()) {
      LineTotal before = books.line(key);
      LineTotal after =
          before.plus(
              BigInteger.ZERO,
              BigInteger.valueOf(coreMs),
              BigInteger.ZERO,
              Resource.RESERVED,
              price.microPerCoreHour());
      books.putLine(key, after);
      amount = Math.subtractExact(after.postedMicro(), before.postedMicro());
    }
    Entry time = new Entry("meter/" + interval, null, logged, key);
    books.post(
        List.of(
            time.time("reserved:" + kept.owner(), Unit.CORE_MS, coreMs),
            time.time("meter:" + name, Unit.CORE_MS, Math.negateExact(coreMs))));
    if (amount != 0) {
      Entry money = new Entry("charge/" + interval, null, logged, key);
      books.post(
          List.of(
              money.money("revenue:" + name, price.currency(), amount),
              money.money("wallet:" + kept.owner(), price.currency(), Math.negateExact(amount))));
    }
    books.meterReserved(
        new ReservedTime(
            kept,
            use.nodeType(),
            fromMs,
            toMs,
            day,
            coreMs,
            amount,
            price.currency(),
            logged.position()));
  }

  private static LineKey line(Kept kept, Use use, Price price, LocalDate day, Months months) {
    return new LineKey(
        kept.owner(),
        null,
        null,
        months.billed(day),
        price.validFromMs(),
        price.microPerCoreHour(),
        price.currency(),
        use.label() + ":" + kept.rules().name(),
        use.nodeType(),
        months.late(day));
  }
}
