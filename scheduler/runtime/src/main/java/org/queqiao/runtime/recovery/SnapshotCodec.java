package org.queqiao.runtime.recovery;

import java.util.Arrays;
import java.util.HexFormat;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;

/**
 * What a snapshot holds: the digest of the state and its image.
 *
 * <pre>
 *   byte  0      version of this form, 1
 *   bytes 1-32   SHA-256 of the canonical state, as the writing machine stated it
 *   bytes 33-    image, Protocol Buffers
 * </pre>
 */
public final class SnapshotCodec {
  private static final byte VERSION = 1;
  private static final int DIGEST_BYTES = 32;
  private static final int HEADER_BYTES = 1 + DIGEST_BYTES;

  private SnapshotCodec() {}

  /** The bytes of a snapshot. */
  public static byte[] encode(ClusterImage image, byte[] digest) {
    if (digest.length != DIGEST_BYTES) {
      throw new IllegalArgumentException("a digest has " + DIGEST_BYTES + " bytes");
    }
    byte[] body = ImageCodec.encode(image);
    byte[] snapshot = new byte[HEADER_BYTES + body.length];
    snapshot[0] = VERSION;
    System.arraycopy(digest, 0, snapshot, 1, DIGEST_BYTES);
    System.arraycopy(body, 0, snapshot, HEADER_BYTES, body.length);
    return snapshot;
  }

  /**
   * The machine that a snapshot describes, with its digest compared.
   *
   * @throws RecoveryException when the bytes are no snapshot of this version, or give another state
   */
  public static SchedulerMachine decode(long position, byte[] snapshot) {
    if (snapshot.length < HEADER_BYTES || snapshot[0] != VERSION) {
      throw new RecoveryException(
          "the snapshot at position "
              + position
              + " has a form that this program does not know; was it written by a newer one?");
    }
    ClusterImage image;
    SchedulerMachine machine;
    try (ReadAhead<ClusterImage.JobImage> jobs =
        new ReadAhead<>(ImageCodec.jobs(snapshot, HEADER_BYTES))) {
      image = ImageCodec.decodeWithoutJobs(snapshot, HEADER_BYTES);
      machine = SchedulerMachine.from(image, jobs);
    } catch (MalformedRecordException malformed) {
      throw new RecoveryException(
          "the snapshot at position " + position + " cannot be read", malformed);
    }
    byte[] digest = Arrays.copyOfRange(snapshot, 1, HEADER_BYTES);
    if (image.position() != position || !Arrays.equals(machine.digest(), digest)) {
      throw new RecoveryException(
          "the snapshot at position "
              + position
              + " does not give the state it was taken from: expected digest "
              + HexFormat.of().formatHex(digest)
              + ", got "
              + HexFormat.of().formatHex(machine.digest())
              + " at position "
              + image.position()
              + "; remove this snapshot to recover from an older one or from the whole log");
    }
    return machine;
  }
}
