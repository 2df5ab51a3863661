package org.queqiao.agent.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.codec.MetricsCodec;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.RunMetrics;

/**
 * Records of the spool as bytes.
 *
 * <pre>
 *   u8 kind | fields, big-endian
 *   1 EpochRaised   u64 epoch
 *   2 VersionSeen   u64 epoch, u64 version
 *   3 Intent        u64 job, u32 attempt
 *   4 Receipt       u64 job, u32 attempt, u64 startMs
 *   5 Concluded     u64 job, u32 attempt, u8 kind of exit, u64 startMs, u64 endMs, detail in UTF-8
 *   6 Acknowledged  u64 job, u32 attempt
 *   7 Dropped       u64 job, u32 attempt
 *   8 Counted       the message of {@code agent.proto}
 *   9 CountsStored  u64 job, u32 attempt
 * </pre>
 */
final class SpoolCodec {
  /** The longest detail of a conclusion that is kept, in bytes. */
  static final int DETAIL_MAX_BYTES = 4_096;

  /** The longest record, in bytes. */
  static final int MAX_BYTES = 32 + DETAIL_MAX_BYTES;

  private SpoolCodec() {}

  static byte[] encode(SpoolRecord record) {
    return switch (record) {
      case SpoolRecord.EpochRaised r ->
          ByteBuffer.allocate(9).put((byte) 1).putLong(r.epoch()).array();
      case SpoolRecord.VersionSeen r ->
          ByteBuffer.allocate(17).put((byte) 2).putLong(r.epoch()).putLong(r.version()).array();
      case SpoolRecord.Intent r -> run(3, r.run(), 0).array();
      case SpoolRecord.Receipt r -> run(4, r.run(), 8).putLong(r.startMs()).array();
      case SpoolRecord.Concluded r -> concluded(r.exit());
      case SpoolRecord.Acknowledged r -> run(6, r.run(), 0).array();
      case SpoolRecord.Dropped r -> run(7, r.run(), 0).array();
      case SpoolRecord.Counted r -> counted(r.metrics());
      case SpoolRecord.CountsStored r -> run(9, r.run(), 0).array();
    };
  }

  private static ByteBuffer run(int kind, RunId run, int more) {
    return ByteBuffer.allocate(13 + more)
        .put((byte) kind)
        .putLong(run.job().value())
        .putInt(run.attempt());
  }

  private static byte[] concluded(RunExit exit) {
    byte[] detail = exit.detail().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(detail.length, DETAIL_MAX_BYTES);
    return run(5, exit.run(), 17 + length)
        .put((byte) exit.kind().ordinal())
        .putLong(exit.startMs())
        .putLong(exit.endMs())
        .put(detail, 0, length)
        .array();
  }

  private static byte[] counted(RunMetrics metrics) {
    byte[] bytes = MetricsCodec.encode(metrics);
    return ByteBuffer.allocate(1 + bytes.length).put((byte) 8).put(bytes).array();
  }

  private static RunMetrics counted(ByteBuffer in) {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return MetricsCodec.decode(bytes);
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException for bytes that are none
   */
  static SpoolRecord decode(byte[] bytes) {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int kind = in.get();
      return switch (kind) {
        case 1 -> new SpoolRecord.EpochRaised(in.getLong());
        case 2 -> new SpoolRecord.VersionSeen(in.getLong(), in.getLong());
        case 3 -> new SpoolRecord.Intent(run(in));
        case 4 -> new SpoolRecord.Receipt(run(in), in.getLong());
        case 5 -> new SpoolRecord.Concluded(exit(in));
        case 6 -> new SpoolRecord.Acknowledged(run(in));
        case 7 -> new SpoolRecord.Dropped(run(in));
        case 8 -> new SpoolRecord.Counted(counted(in));
        case 9 -> new SpoolRecord.CountsStored(run(in));
        default -> throw new IllegalArgumentException("kind " + kind + " is not known");
      };
    } catch (java.nio.BufferUnderflowException
        | ArrayIndexOutOfBoundsException
        | MalformedRecordException e) {
      throw new IllegalArgumentException("the record is too short, or damaged", e);
    }
  }

  private static RunId run(ByteBuffer in) {
    return new RunId(new JobId(in.getLong()), in.getInt());
  }

  private static RunExit exit(ByteBuffer in) {
    RunId run = run(in);
    RunExit.Kind kind = RunExit.Kind.values()[in.get()];
    long startMs = in.getLong();
    long endMs = in.getLong();
    byte[] detail = new byte[in.remaining()];
    in.get(detail);
    return new RunExit(
        run, kind, 0, 0, startMs, endMs, 0, 0, 0, new String(detail, StandardCharsets.UTF_8));
  }
}
