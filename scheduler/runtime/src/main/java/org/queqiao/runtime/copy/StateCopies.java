package org.queqiao.runtime.copy;

import java.lang.ref.SoftReference;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.runtime.recovery.SnapshotCodec;

/**
 * The machine as it is at the durable end of the log, and as it was at any moment, for questions
 * that are too long for the loop. Everything is read from snapshots and the log on the asker's
 * thread: the loop notices nothing.
 *
 * <pre>
 *   now    kept between questions, catches up with the log; given up when memory is short
 *   then   the newest snapshot before the moment -> the facts up to it
 * </pre>
 */
public final class StateCopies {
  private final EventLog log;
  private final long mostFacts;
  private SoftReference<SchedulerMachine> newest = new SoftReference<>(null);

  /**
   * Copies of what a log says.
   *
   * @param mostFacts how many facts one question may replay
   */
  public StateCopies(EventLog log, long mostFacts) {
    this.log = log;
    this.mostFacts = mostFacts;
  }

  /**
   * Asks the machine as it is at the durable end. One question at a time: what takes long takes an
   * image and goes on with that.
   *
   * @throws TooFarBack when no snapshot is near enough
   */
  public synchronized <T> T now(Function<SchedulerMachine, T> question) {
    long end = log.durablePosition();
    SchedulerMachine machine = newest.get();
    if (machine == null) {
      machine = fromSnapshot(end);
    }
    // A machine that failed on a fact is of no use any more.
    newest = new SoftReference<>(null);
    forward(machine, end, _ -> {});
    T answer = question.apply(machine);
    newest = new SoftReference<>(machine);
    return answer;
  }

  /**
   * The machine as it was after a position.
   *
   * @param position from 0 to the durable end
   * @throws TooFarBack when no snapshot is near enough
   */
  public SchedulerMachine at(long position) {
    SchedulerMachine machine = fromSnapshot(position);
    forward(machine, position, _ -> {});
    return machine;
  }

  /**
   * Makes facts true in a machine until it stands at a position.
   *
   * @param before hears of each fact before it is made true
   * @throws TooFarBack when these are more facts than one question may replay
   */
  public void forward(SchedulerMachine machine, long position, Consumer<LoggedEvent> before) {
    long from = machine.state().position();
    if (position - from > mostFacts) {
      throw new TooFarBack(position - from, mostFacts);
    }
    try (CommittedReader reader = new CommittedReader(log, from + 1)) {
      while (reader.nextPosition() <= position) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("the replay was given up");
        }
        LoggedEvent event = reader.next();
        if (event == null) {
          return;
        }
        before.accept(event);
        machine.apply(event);
      }
    }
  }

  private SchedulerMachine fromSnapshot(long position) {
    Optional<Snapshot> snapshot = log.snapshots().newestUpTo(position);
    long from = snapshot.map(Snapshot::position).orElse(0L);
    if (position - from > mostFacts) {
      throw new TooFarBack(position - from, mostFacts);
    }
    return snapshot
        .map(found -> SnapshotCodec.decode(found.position(), found.payload()))
        .orElseGet(SchedulerMachine::new);
  }

  /** The last position whose fact is not later than a time; 0 when the log begins later. */
  public long positionAt(long timeMs) {
    long low = 0;
    long high = log.durablePosition();
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (timeOf(middle) <= timeMs) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private long timeOf(long position) {
    try (LogCursor cursor = log.read(position)) {
      LogEntry entry = cursor.next();
      return entry == null ? Long.MAX_VALUE : entry.timeMs();
    }
  }
}
