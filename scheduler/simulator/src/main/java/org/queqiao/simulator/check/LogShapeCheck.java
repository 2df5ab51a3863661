package org.queqiao.simulator.check;

import org.queqiao.contract.event.LoggedEvent;

/** Checks that entries follow each other as they must. */
final class LogShapeCheck {
  private LoggedEvent last;

  /** The next durable fact. */
  void accept(LoggedEvent logged) {
    long expected = last == null ? 1 : last.position() + 1;
    HistoryCheck.require(
        logged.position() == expected,
        Invariant.I9,
        () -> "position " + logged.position() + " where " + expected + " belongs");
    if (last != null) {
      LoggedEvent before = last;
      HistoryCheck.require(
          logged.epoch() >= before.epoch(),
          Invariant.I9,
          () ->
              HistoryCheck.at(logged)
                  + " has epoch "
                  + logged.epoch()
                  + " after "
                  + before.epoch());
      HistoryCheck.require(
          logged.timeMs() >= before.timeMs(),
          Invariant.I9,
          () ->
              HistoryCheck.at(logged)
                  + " has time "
                  + logged.timeMs()
                  + " after "
                  + before.timeMs());
    }
    last = logged;
  }
}
