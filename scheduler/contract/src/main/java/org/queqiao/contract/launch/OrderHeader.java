package org.queqiao.contract.launch;

import java.nio.ByteBuffer;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/**
 * The fixed part that both types of order begin with.
 *
 * @param type launch or read
 * @param run the run it is about
 * @param noNewPrivileges whether setuid programs lose their effect in the job
 * @param uid number of the Unix user, never 0
 * @param epoch of the leader that signs
 * @param notAfterMs the launcher refuses the order when the node's clock is past it
 * @param nonce 16 random bytes
 * @param memBytes limit of memory; 0 is none
 * @param pidsMax limit of processes; 0 is none
 * @param graceMs between TERM and KILL for what outlives the main process
 */
public record OrderHeader(
    Type type,
    RunId run,
    boolean noNewPrivileges,
    int uid,
    long epoch,
    long notAfterMs,
    byte[] nonce,
    long memBytes,
    int pidsMax,
    int graceMs) {
  /** {@code QQLO}. */
  public static final int MAGIC = 0x51514C4F;

  /** The version of the layout. */
  public static final int VERSION = 1;

  /** The longest order without its signature, in bytes. */
  public static final int MAX_BYTES = 2 << 20;

  /** The Ed25519 signature that follows the order, in bytes. */
  public static final int SIGNATURE_BYTES = 64;

  /** Length of the nonce, in bytes. */
  public static final int NONCE_BYTES = 16;

  static final int BYTES = 80;
  static final int FLAGS_AT = 12;

  /** A launch order that gives devices. */
  static final int DEVICES_FLAG = 2;

  /** A launch order with a lease. */
  static final int LEASE_FLAG = 4;

  private static final int MEM_BYTES_AT = 64;

  /** What an order asks for. */
  public enum Type {
    LAUNCH(1),
    READ(2),
    /** Join a step of a run that is there: read by the run's own process, not by the launcher. */
    STEP(3),
    /** As that, where the other end is a person by a relay of the server. */
    SHELL(4);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  public OrderHeader {
    if (uid == 0 || nonce.length != NONCE_BYTES || epoch < 0 || notAfterMs < 0) {
      throw new IllegalArgumentException(
          "an order has a user other than root, a nonce of 16 bytes, an epoch and an end");
    }
  }

  /** The same for a job in which setuid programs and file capabilities give nothing. */
  public OrderHeader withoutNewPrivileges() {
    return new OrderHeader(
        type, run, true, uid, epoch, notAfterMs, nonce, memBytes, pidsMax, graceMs);
  }

  void write(ByteBuffer out, int totalLength) {
    write(out, totalLength, 0);
  }

  void write(ByteBuffer out, int totalLength, int flags) {
    out.putInt(MAGIC)
        .putShort((short) VERSION)
        .putShort((short) type.number)
        .putInt(totalLength)
        .putInt((noNewPrivileges ? 1 : 0) | flags)
        .putLong(run.job().value())
        .putInt(run.attempt())
        .putInt(uid)
        .putLong(epoch)
        .putLong(notAfterMs)
        .put(nonce)
        .putLong(memBytes)
        .putInt(pidsMax)
        .putInt(graceMs);
  }

  /** The limit of memory of a signed order, in bytes; 0 is none. */
  public static long memBytesOf(byte[] signedOrder) {
    return ByteBuffer.wrap(signedOrder).getLong(MEM_BYTES_AT);
  }

  /**
   * Reads whom a signed order is for, for an agent that passes it on unopened.
   *
   * @throws MalformedRecordException when it is no order of this type, or has another length than
   *     it says
   */
  public static RunId runOf(byte[] signedOrder, Type type) {
    if (signedOrder.length < BYTES + SIGNATURE_BYTES
        || signedOrder.length > MAX_BYTES + SIGNATURE_BYTES) {
      throw new MalformedRecordException(
          "an order has "
              + (BYTES + SIGNATURE_BYTES)
              + " to "
              + (MAX_BYTES + SIGNATURE_BYTES)
              + " bytes with its signature, this has "
              + signedOrder.length);
    }
    ByteBuffer in = ByteBuffer.wrap(signedOrder);
    int magic = in.getInt();
    int version = in.getShort();
    int number = in.getShort();
    int length = in.getInt();
    if (magic != MAGIC || version != VERSION || number != type.number) {
      throw new MalformedRecordException("not a signed order of type " + type);
    }
    if (length != signedOrder.length - SIGNATURE_BYTES) {
      throw new MalformedRecordException("the order says that it has " + length + " bytes");
    }
    in.getInt();
    try {
      return new RunId(new JobId(in.getLong()), in.getInt());
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("the order names no run: " + e.getMessage(), e);
    }
  }
}
