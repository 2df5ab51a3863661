package org.queqiao.agent.launcher;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/** Reads the exit records that monitors leave in the launcher's spool. */
public final class ExitRecord {
  /** The length of a record. */
  public static final int BYTES = 256;

  /** {@code QQEX}. */
  private static final int MAGIC = 0x51514558;

  private static final int VERSION = 1;
  private static final int OOM_KILLED = 1;
  private static final int LAUNCH_FAILED = 2;
  private static final int MONITOR_LOST = 8;
  private static final int REBOOTED = 16;
  private static final int END_UNPROVEN = 32;
  private static final int NODE_FAULT = 128;
  private static final int LEASE_OVER = 256;
  private static final int PROLOG = 10;
  private static final int TEXT_MAX_BYTES = 146;

  private static final String[] STEPS = {
    "",
    "",
    "",
    "control group",
    "fork",
    "session and limits",
    "identity",
    "proof of the identity",
    "work directory and streams",
    "execute",
    "prolog",
    "lease"
  };

  private ExitRecord() {}

  /**
   * Reads one record. What was counted may follow it; {@link RecordedCounters} reads that.
   *
   * @throws MalformedRecordException when it is none, or damaged
   */
  public static RunExit read(ByteBuffer file) {
    if (file.remaining() < BYTES) {
      throw new MalformedRecordException(
          "an exit record has " + BYTES + " bytes, this has " + file.remaining());
    }
    ByteBuffer record = file.slice(file.position(), BYTES);
    CRC32 crc = new CRC32();
    crc.update(record.slice(0, BYTES - Integer.BYTES));
    if ((int) crc.getValue() != record.getInt(BYTES - Integer.BYTES)) {
      throw new MalformedRecordException("the checksum of an exit record is wrong");
    }
    if (record.getInt(0) != MAGIC || record.getShort(4) != VERSION || record.getShort(6) != BYTES) {
      throw new MalformedRecordException("not an exit record of version " + VERSION);
    }
    int flags = record.getInt(20);
    int length = Math.min(Short.toUnsignedInt(record.getShort(104)), TEXT_MAX_BYTES);
    byte[] text = new byte[length];
    record.get(106, text);
    String words = new String(text, StandardCharsets.UTF_8);
    try {
      RunId run = new RunId(new JobId(record.getLong(8)), record.getInt(16));
      return new RunExit(
          run,
          kind(flags),
          record.getInt(24),
          record.getInt(28),
          record.getLong(32),
          record.getLong(40),
          record.getLong(48),
          record.getLong(56),
          record.getLong(64),
          detail(flags, record.getInt(88), record.getInt(92), words),
          nodeFault(flags, record.getInt(88), run, words));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("an exit record names no run", e);
    }
  }

  private static RunExit.Kind kind(int flags) {
    if ((flags & LEASE_OVER) != 0) {
      // Also where none of it began: what the node could not do is no fault of the job.
      return RunExit.Kind.LOST;
    }
    if ((flags & LAUNCH_FAILED) != 0) {
      return RunExit.Kind.LAUNCH_FAILED;
    }
    if ((flags & (MONITOR_LOST | REBOOTED)) != 0) {
      return RunExit.Kind.LOST;
    }
    return (flags & OOM_KILLED) != 0 ? RunExit.Kind.OUT_OF_MEMORY : RunExit.Kind.EXITED;
  }

  private static String nodeFault(int flags, int step, RunId run, String text) {
    if ((flags & NODE_FAULT) == 0) {
      return "";
    }
    boolean launchFailed = (flags & LAUNCH_FAILED) != 0;
    String command = launchFailed && step == PROLOG ? "prolog" : "epilog";
    // Where the launch failed for something else, the text says that.
    boolean said = !launchFailed || step == PROLOG;
    return command + " of run " + run + (said ? ": " + text : " failed");
  }

  private static String detail(int flags, int step, int errno, String text) {
    if ((flags & LAUNCH_FAILED) != 0) {
      String name = step > 0 && step < STEPS.length ? STEPS[step] : "step " + step;
      return name + ": " + (text.isEmpty() ? "error " + errno : text);
    }
    StringBuilder out = new StringBuilder();
    if ((flags & REBOOTED) != 0) {
      out.append("the node rebooted while the run was alive");
    } else if ((flags & MONITOR_LOST) != 0) {
      out.append("the monitor of the run was killed");
    }
    if ((flags & END_UNPROVEN) != 0) {
      out.append("; whether processes are left could not be seen");
    }
    if (!text.isEmpty() && (flags & NODE_FAULT) == 0) {
      out.append(out.isEmpty() ? "" : "; ").append(text);
    }
    return out.toString();
  }
}
