package org.queqiao.core.state;

import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.snapshot.PromisedRoom;

/**
 * The start that a job was promised before its latest run, on declared limits.
 *
 * @param ms when, or 0 for none
 * @param room what is held for it while it waits, or null
 */
public record PromisedStart(long ms, PromisedRoom room) {
  /** None is promised. */
  static final PromisedStart NONE = new PromisedStart(0, null);

  static PromisedStart of(long ms, PromisedRoom room) {
    return ms == 0 ? NONE : new PromisedStart(ms, room);
  }

  /**
   * What holds once a start is promised: a promise that is earlier still counts, with other room
   * and where none is named any more.
   */
  PromisedStart then(JobPromised next) {
    long firstMs = ms == 0 ? next.startMs() : Math.min(ms, next.startMs());
    if (next.nodes() == null) {
      return of(firstMs, null);
    }
    return of(firstMs, new PromisedRoom(next.startMs(), next.nodes()));
  }

  /** The same once nothing is held for it any more. */
  PromisedStart withoutRoom() {
    return room == null ? this : of(ms, null);
  }
}
