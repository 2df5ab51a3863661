package org.queqiao.runtime.recovery;

import java.util.Optional;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.core.MachineFault;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.Snapshot;

/**
 * From a log to the machine that wrote it.
 *
 * <pre>
 *   newest whole snapshot, digest compared -> entries after it, applied -> claim of the epoch
 *   -> entries that an older leader still wrote before the claim
 * </pre>
 *
 * <p>The epoch is claimed after the replay: a program that cannot read the log does not push out
 * the leader that can.
 */
public final class Recovery {
  private final EventLog log;
  private final KillPoints killPoints;
  private final SchedulerMachine machine;
  private final long snapshotPosition;

  private Recovery(
      EventLog log, KillPoints killPoints, SchedulerMachine machine, long snapshotPosition) {
    this.log = log;
    this.killPoints = killPoints;
    this.machine = machine;
    this.snapshotPosition = snapshotPosition;
  }

  /**
   * Rebuilds the state at the durable end and becomes the one writer.
   *
   * @param writer who claims the log, for people to read
   * @throws RecoveryException when an entry or snapshot cannot be understood, or the facts
   *     contradict each other
   * @throws org.queqiao.eventlog.LogException as the log says
   */
  public static Recovered recover(EventLog log, String writer, KillPoints killPoints) {
    Recovery recovery = fromNewestSnapshot(log, killPoints);
    recovery.replayTo(Long.MAX_VALUE);
    long epoch = log.claimEpoch(writer);
    recovery.replayTo(Long.MAX_VALUE);
    long end = log.head().position();
    if (recovery.machine.state().position() != end) {
      throw new RecoveryException(
          "the log ends at position "
              + end
              + " and its readable entries end at "
              + recovery.machine.state().position());
    }
    return new Recovered(recovery.machine, epoch, recovery.snapshotPosition);
  }

  /**
   * The machine as it was at a position, from the facts alone; snapshots are not used.
   *
   * @param position the last fact to apply, at most the durable end
   */
  public static SchedulerMachine replay(EventLog log, long position) {
    Recovery recovery = new Recovery(log, KillPoints.NONE, new SchedulerMachine(), 0);
    recovery.replayTo(position);
    return recovery.machine;
  }

  private static Recovery fromNewestSnapshot(EventLog log, KillPoints killPoints) {
    Optional<Snapshot> newest = log.snapshots().newest();
    if (newest.isEmpty()) {
      return new Recovery(log, killPoints, new SchedulerMachine(), 0);
    }
    Snapshot snapshot = newest.get();
    return new Recovery(
        log,
        killPoints,
        SnapshotCodec.decode(snapshot.position(), snapshot.payload()),
        snapshot.position());
  }

  private void replayTo(long lastPosition) {
    try (CommittedReader reader = new CommittedReader(log, machine.state().position() + 1)) {
      while (reader.nextPosition() <= lastPosition) {
        LoggedEvent event = reader.next();
        if (event == null) {
          return;
        }
        killPoints.reach(KillPoint.AFTER_SYNC_BEFORE_APPLY);
        apply(event);
      }
    }
  }

  private void apply(LoggedEvent event) {
    try {
      machine.apply(event);
    } catch (MachineFault fault) {
      throw new RecoveryException(
          "the log entry at position "
              + event.position()
              + " ("
              + event.event().getClass().getSimpleName()
              + ") does not follow from the facts before it: "
              + fault.getMessage(),
          fault);
    }
  }

  /**
   * A machine at the durable end of its log.
   *
   * @param machine the state
   * @param epoch the term that was claimed
   * @param snapshotPosition where the replay began; 0 without a snapshot
   */
  public record Recovered(SchedulerMachine machine, long epoch, long snapshotPosition) {}
}
