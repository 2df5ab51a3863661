package org.queqiao.contract.launch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.queqiao.contract.MalformedRecordException;

/**
 * All that the launcher needs to start a run.
 *
 * @param header whom it is for and until when
 * @param cores core ids, strictly ascending; none is no restriction
 * @param nodeName the node that may carry it out
 * @param workDir absolute path
 * @param stdoutPath absolute, or relative to {@code workDir}; patterns are expanded
 * @param stderrPath as {@code stdoutPath}; empty means the same open file
 * @param environment the whole environment of the job
 * @param script begins with {@code #!}
 * @param devices the devices of the node that the run may open, as {@code NAME:INDEX}
 * @param leaseMs the node ends the run after so long without contact with the server; 0: it goes on
 */
public record LaunchOrder(
    OrderHeader header,
    List<Integer> cores,
    String nodeName,
    String workDir,
    String stdoutPath,
    String stderrPath,
    SortedMap<String, String> environment,
    byte[] script,
    List<String> devices,
    long leaseMs) {
  /** The largest environment, in bytes with a closing NUL for each variable. */
  public static final int ENVIRONMENT_MAX_BYTES = 256 << 10;

  /** The most variables. */
  public static final int ENVIRONMENT_MAX_COUNT = 4_096;

  /** The largest script, in bytes. */
  public static final int SCRIPT_MAX_BYTES = 1 << 20;

  /** The longest path, in bytes. */
  public static final int PATH_MAX_BYTES = 4_096;

  /**
   * The variable that says how many devices the job has on each of its nodes, in their order, as
   * {@code gpu:2(x3),gpu:1+fpga:1,0}; only of a job with devices.
   */
  public static final String DEVICES_PER_NODE = "QUEQIAO_DEVICES_PER_NODE";

  /** The longest list of devices, in bytes with a closing NUL for each. */
  public static final int DEVICES_MAX_BYTES = 4_096;

  private static final int FIXED_BYTES = OrderHeader.BYTES + 7 * Integer.BYTES;

  /**
   * The order as it is signed.
   *
   * @throws IllegalArgumentException when a field is longer than an order can hold; the message
   *     says which, for the user
   */
  public byte[] encode() {
    byte[] node = text("node name", nodeName, 1, 255);
    byte[] work = text("working directory", workDir, 1, PATH_MAX_BYTES);
    byte[] out = text("path of the standard output", stdoutPath, 1, PATH_MAX_BYTES);
    byte[] err = text("path of the standard error", stderrPath, 0, PATH_MAX_BYTES);
    byte[] env = environmentBytes();
    if (script.length < 1 || script.length > SCRIPT_MAX_BYTES) {
      throw new IllegalArgumentException("the script has 1 to " + SCRIPT_MAX_BYTES + " bytes");
    }
    byte[] given = devicesBytes();
    int total =
        FIXED_BYTES
            + (given.length == 0 ? 0 : Integer.BYTES + given.length)
            + (leaseMs == 0 ? 0 : Integer.BYTES)
            + cores.size() * Short.BYTES
            + node.length
            + work.length
            + out.length
            + err.length
            + env.length
            + script.length;
    if (total > OrderHeader.MAX_BYTES) {
      throw new IllegalArgumentException("the order has more than " + OrderHeader.MAX_BYTES);
    }
    ByteBuffer bytes = ByteBuffer.allocate(total);
    header.write(
        bytes,
        total,
        (given.length > 0 ? OrderHeader.DEVICES_FLAG : 0)
            | (leaseMs > 0 ? OrderHeader.LEASE_FLAG : 0));
    bytes
        .putInt(cores.size())
        .putInt(node.length)
        .putInt(work.length)
        .putInt(out.length)
        .putInt(err.length)
        .putInt(env.length)
        .putInt(script.length);
    if (given.length > 0) {
      bytes.putInt(given.length);
    }
    if (leaseMs > 0) {
      bytes.putInt(Math.toIntExact(leaseMs));
    }
    for (int core : cores) {
      bytes.putShort((short) core);
    }
    bytes.put(node).put(work).put(out).put(err).put(env).put(script).put(given);
    return bytes.array();
  }

  /**
   * How many cores a signed order gives to its run on the node; 0 is no restriction.
   *
   * @throws MalformedRecordException when it is no launch order
   */
  public static int coreCountOf(byte[] signedOrder) {
    OrderHeader.runOf(signedOrder, OrderHeader.Type.LAUNCH);
    if (signedOrder.length < FIXED_BYTES + OrderHeader.SIGNATURE_BYTES) {
      throw new MalformedRecordException("the order ends before its number of cores");
    }
    return ByteBuffer.wrap(signedOrder).getInt(OrderHeader.BYTES);
  }

  /**
   * The cores that a signed order gives to its run on the node; none is no restriction.
   *
   * @throws MalformedRecordException when it is no launch order, or its lengths are wrong
   */
  public static BitSet coresOf(byte[] signedOrder) {
    int count = coreCountOf(signedOrder);
    ByteBuffer order = ByteBuffer.wrap(signedOrder);
    int flags = order.getInt(OrderHeader.FLAGS_AT);
    int optional = Integer.bitCount(flags & (OrderHeader.DEVICES_FLAG | OrderHeader.LEASE_FLAG));
    int at = FIXED_BYTES + optional * Integer.BYTES;
    int room = signedOrder.length - OrderHeader.SIGNATURE_BYTES - at;
    if (count < 0 || count > room / Short.BYTES) {
      throw new MalformedRecordException("the order ends before its cores");
    }
    BitSet cores = new BitSet();
    for (int i = 0; i < count; i++) {
      cores.set(Short.toUnsignedInt(order.getShort(at + i * Short.BYTES)));
    }
    return cores;
  }

  /**
   * The devices that a signed order gives to its run, as {@code NAME:INDEX}; an agent need not open
   * more of it.
   *
   * @throws MalformedRecordException when it is no launch order, or its lengths are wrong
   */
  public static List<String> devicesOf(byte[] signedOrder) {
    OrderHeader.runOf(signedOrder, OrderHeader.Type.LAUNCH);
    ByteBuffer order = ByteBuffer.wrap(signedOrder);
    if ((order.getInt(OrderHeader.FLAGS_AT) & OrderHeader.DEVICES_FLAG) == 0) {
      return List.of();
    }
    int end = signedOrder.length - OrderHeader.SIGNATURE_BYTES;
    int length = end < FIXED_BYTES + Integer.BYTES ? -1 : order.getInt(FIXED_BYTES);
    if (length < 1 || length > Math.min(DEVICES_MAX_BYTES, end - FIXED_BYTES - Integer.BYTES)) {
      throw new MalformedRecordException("the order ends before its devices");
    }
    String joined = new String(signedOrder, end - length, length, StandardCharsets.UTF_8);
    return List.of(joined.split("\0"));
  }

  /**
   * Only where there are any: a launcher that does not know devices understands all other orders.
   */
  private byte[] devicesBytes() {
    StringBuilder joined = new StringBuilder();
    devices.forEach(device -> joined.append(device).append('\0'));
    byte[] bytes = joined.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > DEVICES_MAX_BYTES) {
      throw new IllegalArgumentException("the run has more devices than an order can name");
    }
    return bytes;
  }

  private byte[] environmentBytes() {
    StringBuilder joined = new StringBuilder();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey().isEmpty()
          || variable.getKey().indexOf('=') >= 0
          || (variable.getKey() + variable.getValue()).indexOf('\0') >= 0) {
        throw new IllegalArgumentException("a variable has a name without '=' and no NUL");
      }
      joined.append(variable.getKey()).append('=').append(variable.getValue()).append('\0');
    }
    byte[] bytes = joined.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > ENVIRONMENT_MAX_BYTES || environment.size() > ENVIRONMENT_MAX_COUNT) {
      throw new IllegalArgumentException(
          "the environment has at most "
              + ENVIRONMENT_MAX_COUNT
              + " variables and "
              + ENVIRONMENT_MAX_BYTES
              + " bytes");
    }
    return bytes;
  }

  static byte[] text(String what, String value, int min, int max) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < min || bytes.length > max || value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "the " + what + " has " + min + " to " + max + " bytes without NUL");
    }
    return bytes;
  }

  /** Leaves out script and environment: they are the user's own. */
  @Override
  public String toString() {
    return "LaunchOrder[run=" + header.run() + ", node=" + nodeName + "]";
  }
}
