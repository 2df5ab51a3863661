package org.queqiao.agent.launcher;

import java.nio.ByteBuffer;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.WarningSignal;

/** A request to the launcher. */
sealed interface LauncherRequest {
  /** {@code QQRQ}. */
  int MAGIC = 0x51515251;

  int VERSION = 1;
  int HEADER_BYTES = 12;

  /** Start a run. */
  record Launch(RunId run, byte[] signedOrder) implements LauncherRequest {}

  /** Read part of a file for the server's request of this number. */
  record Read(long requestId, byte[] signedOrder) implements LauncherRequest {}

  /** TERM to a run, and KILL after the grace; without a grace KILL at once, which wakes nobody. */
  record Stop(RunId run, int graceMs) implements LauncherRequest {
    private static final int KILL = 9;
    private static final int TERM = 15;

    private int signal() {
      return graceMs == 0 ? KILL : TERM;
    }
  }

  /** A signal to the batch script alone or to the tasks of the steps of a run. */
  record Signal(RunId run, int number, boolean batchOnly) implements LauncherRequest {
    private static final int BATCH_ONLY = 0x100;
    private static final int TASKS_ONLY = 0x400;

    /** What every monitor knows is said as ever: that of the run may be of an older launcher. */
    private int coded() {
      int tasksOnly = WarningSignal.isKnownToAll(number) ? 0 : TASKS_ONLY;
      return number | (batchOnly ? BATCH_ONLY : tasksOnly);
    }
  }

  /** The host of a run shall be started beside its script. */
  record StartHost(RunId run) implements LauncherRequest {
    private static final int CODE = 0x200;
  }

  /** The counters of a run shall be handed out to the listener of this number. */
  record HandOut(RunId run, int number) implements LauncherRequest {
    private static final int CODE = 0x800;
  }

  /** Stop all processes of a run, or let them go on; repeated until the answer is that it is so. */
  record Suspend(RunId run, boolean stop) implements LauncherRequest {}

  /** The runs after this one, in pages. */
  record ListRuns(long afterJob, int afterAttempt) implements LauncherRequest {
    static final int PAGE = 1_024;
  }

  /** Delete what is kept of an ended run. */
  record Forget(RunId run) implements LauncherRequest {}

  /** What the node can do. */
  record Capabilities() implements LauncherRequest {}

  /** The number of the request on the wire. */
  default int type() {
    return switch (this) {
      case Launch _ -> 1;
      case Read _ -> 2;
      case Stop _, Signal _, StartHost _, HandOut _ -> 3;
      case ListRuns _ -> 4;
      case Forget _ -> 5;
      case Capabilities _ -> 6;
      case Suspend _ -> 7;
    };
  }

  /** The frame, header and body. */
  default ByteBuffer[] frame() {
    ByteBuffer body =
        switch (this) {
          case Launch r -> ByteBuffer.wrap(r.signedOrder());
          case Read r -> ByteBuffer.wrap(r.signedOrder());
          case Stop r -> run(r.run(), 20).putInt(r.signal()).putInt(r.graceMs()).flip();
          case Signal r -> run(r.run(), 20).putInt(r.coded()).putInt(0).flip();
          case StartHost r -> run(r.run(), 20).putInt(StartHost.CODE).putInt(0).flip();
          case HandOut r -> run(r.run(), 20).putInt(HandOut.CODE).putInt(r.number()).flip();
          case Suspend r -> run(r.run(), 16).putInt(r.stop() ? 1 : 0).flip();
          case ListRuns r ->
              ByteBuffer.allocate(16)
                  .putLong(r.afterJob())
                  .putInt(r.afterAttempt())
                  .putInt(ListRuns.PAGE)
                  .flip();
          case Forget r -> run(r.run(), 12).flip();
          case Capabilities _ -> ByteBuffer.allocate(0);
        };
    ByteBuffer header =
        ByteBuffer.allocate(HEADER_BYTES)
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putShort((short) type())
            .putInt(body.remaining())
            .flip();
    return new ByteBuffer[] {header, body};
  }

  private static ByteBuffer run(RunId run, int bytes) {
    return ByteBuffer.allocate(bytes).putLong(run.job().value()).putInt(run.attempt());
  }
}
