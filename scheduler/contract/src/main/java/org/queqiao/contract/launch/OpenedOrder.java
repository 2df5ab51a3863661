package org.queqiao.contract.launch;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.id.RunId;

/**
 * A launch order as who carries it out reads it, other than the launcher, which has a reader of its
 * own. Its signature is checked before. The devices that it names are in {@link
 * LaunchOrder#devicesOf}.
 *
 * @param run the run it is about
 * @param uid number of the Unix user
 * @param notAfterMs it is of no use when the clock is past it
 * @param memBytes limit of memory; 0 is none
 * @param nodeName the node that may carry it out
 * @param workDir absolute path
 * @param stdoutPath as in {@link LaunchOrder}
 * @param stderrPath as in {@link LaunchOrder}
 * @param environment the whole environment of the job
 * @param script begins with {@code #!}
 */
public record OpenedOrder(
    RunId run,
    int uid,
    long notAfterMs,
    long memBytes,
    String nodeName,
    String workDir,
    String stdoutPath,
    String stderrPath,
    SortedMap<String, String> environment,
    byte[] script) {
  private static final int UID_AT = 28;
  private static final int NOT_AFTER_AT = 40;

  /**
   * Opens an order.
   *
   * @throws MalformedRecordException when it is no launch order
   */
  public static OpenedOrder of(byte[] signedOrder) {
    RunId run = OrderHeader.runOf(signedOrder, OrderHeader.Type.LAUNCH);
    ByteBuffer in =
        ByteBuffer.wrap(signedOrder, 0, signedOrder.length - OrderHeader.SIGNATURE_BYTES);
    int flags = in.getInt(OrderHeader.FLAGS_AT);
    int optional = Integer.bitCount(flags & (OrderHeader.DEVICES_FLAG | OrderHeader.LEASE_FLAG));
    try {
      int uid = in.getInt(UID_AT);
      long notAfterMs = in.getLong(NOT_AFTER_AT);
      in.position(OrderHeader.BYTES);
      int[] lengths = new int[7];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = in.getInt();
      }
      in.position(in.position() + optional * Integer.BYTES);
      in.position(in.position() + Math.multiplyExact(lengths[0], Short.BYTES));
      String nodeName = text(in, lengths[1]);
      String workDir = text(in, lengths[2]);
      String stdoutPath = text(in, lengths[3]);
      String stderrPath = text(in, lengths[4]);
      SortedMap<String, String> environment = environment(text(in, lengths[5]));
      byte[] script = bytes(in, lengths[6]);
      return new OpenedOrder(
          run,
          uid,
          notAfterMs,
          OrderHeader.memBytesOf(signedOrder),
          nodeName,
          workDir,
          stdoutPath,
          stderrPath,
          environment,
          script);
    } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
      throw new MalformedRecordException("the order ends before what it says it holds", e);
    }
  }

  private static SortedMap<String, String> environment(String block) {
    TreeMap<String, String> variables = new TreeMap<>();
    for (String each : block.isEmpty() ? new String[0] : block.split("\0")) {
      int equals = each.indexOf('=');
      variables.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return variables;
  }

  private static String text(ByteBuffer in, int length) {
    return new String(bytes(in, length), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /** Leaves out script and environment: they are the user's own. */
  @Override
  public String toString() {
    return "OpenedOrder[run=" + run + ", node=" + nodeName + "]";
  }
}
