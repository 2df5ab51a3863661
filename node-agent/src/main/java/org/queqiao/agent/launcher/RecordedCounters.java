package org.queqiao.agent.launcher;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;

/** Reads what a monitor counted of its run, from behind the exit record. */
public final class RecordedCounters {
  /** {@code QQCT}. */
  private static final int MAGIC = 0x51514354;

  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 8;
  private static final int ENTRY_BYTES = 16;

  private RecordedCounters() {}

  /**
   * What was counted, with what the exit record itself says of it; without counters when the run
   * never started or its monitor was lost.
   *
   * @throws MalformedRecordException when the file is damaged
   */
  public static RunMetrics read(ByteBuffer file) {
    RunExit exit = ExitRecord.read(file);
    ByteBuffer in =
        file.slice(file.position() + ExitRecord.BYTES, file.remaining() - ExitRecord.BYTES);
    List<CounterValue> out = new ArrayList<>();
    if (exit.kind() != RunExit.Kind.LAUNCH_FAILED && exit.endMs() > 0) {
      out.add(CounterValue.exact(Counter.CPU_USER, exit.userUs()));
      out.add(CounterValue.exact(Counter.CPU_SYSTEM, exit.systemUs()));
      out.add(CounterValue.exact(Counter.MEMORY_PEAK, exit.maxRssBytes()));
    }
    if (in.hasRemaining()) {
      entries(in, out);
    }
    return new RunMetrics(exit.run(), out);
  }

  private static void entries(ByteBuffer in, List<CounterValue> out) {
    int length = in.remaining();
    if (length < HEADER_BYTES + Integer.BYTES
        || in.getInt(0) != MAGIC
        || in.getShort(4) != VERSION
        || length != HEADER_BYTES + ENTRY_BYTES * in.getShort(6) + Integer.BYTES) {
      throw new MalformedRecordException("no counters of version " + VERSION);
    }
    CRC32 crc = new CRC32();
    crc.update(in.slice(0, length - Integer.BYTES));
    if ((int) crc.getValue() != in.getInt(length - Integer.BYTES)) {
      throw new MalformedRecordException("the checksum of the counters is wrong");
    }
    CounterValue.State[] states = CounterValue.State.values();
    for (int at = HEADER_BYTES; at < length - Integer.BYTES; at += ENTRY_BYTES) {
      int state = in.get(at + 2);
      if (state < 0 || state >= states.length) {
        throw new MalformedRecordException("a counter in state " + state);
      }
      out.add(
          new CounterValue(
              Short.toUnsignedInt(in.getShort(at)),
              states[state],
              in.getInt(at + 4),
              in.getLong(at + 8)));
    }
  }
}
