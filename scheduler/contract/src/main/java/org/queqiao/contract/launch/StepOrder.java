package org.queqiao.contract.launch;

import java.nio.ByteBuffer;

/**
 * Join a step of a run.
 *
 * @param header whom it is for and until when; without limits and grace
 * @param step its number
 * @param nodeName the node that may carry it out
 * @param address where the process that started the step awaits its nodes
 * @param port likewise
 * @param key by which both prove that they belong to the step, 32 bytes
 */
public record StepOrder(
    OrderHeader header, int step, String nodeName, String address, int port, byte[] key) {
  /** Length of the key, in bytes. */
  public static final int KEY_BYTES = 32;

  private static final int FIXED_BYTES =
      OrderHeader.BYTES + Integer.BYTES + 3 * Short.BYTES + KEY_BYTES;

  /**
   * The order as it is signed.
   *
   * @throws IllegalArgumentException when a field is out of its range
   */
  public byte[] encode() {
    if (step < 0 || port < 1 || port > 65_535 || key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a step has a number, a port and a key of 32 bytes");
    }
    byte[] node = LaunchOrder.text("node name", nodeName, 1, 255);
    byte[] host = LaunchOrder.text("address", address, 1, 63);
    int total = FIXED_BYTES + node.length + host.length;
    ByteBuffer bytes = ByteBuffer.allocate(total);
    header.write(bytes, total);
    return bytes
        .putInt(step)
        .putShort((short) port)
        .putShort((short) host.length)
        .putShort((short) node.length)
        .put(key)
        .put(node)
        .put(host)
        .array();
  }

  /** Leaves out the key: it is a secret. */
  @Override
  public String toString() {
    return "StepOrder[run=" + header.run() + ", step=" + step + ", node=" + nodeName + "]";
  }
}
