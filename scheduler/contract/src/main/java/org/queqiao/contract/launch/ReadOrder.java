package org.queqiao.contract.launch;

import java.nio.ByteBuffer;

/**
 * Read part of a file as its user.
 *
 * @param header whom it is for and until when; without limits and grace
 * @param offset first byte wanted
 * @param maxBytes how many at most, up to {@link #MAX_BYTES}
 * @param nodeName the node that may carry it out
 * @param path absolute path
 */
public record ReadOrder(
    OrderHeader header, long offset, int maxBytes, String nodeName, String path) {
  /** The most bytes that one order reads. */
  public static final int MAX_BYTES = 1 << 20;

  private static final int FIXED_BYTES = OrderHeader.BYTES + Long.BYTES + 3 * Integer.BYTES;

  /**
   * The order as it is signed.
   *
   * @throws IllegalArgumentException when a field is out of its range
   */
  public byte[] encode() {
    if (offset < 0 || maxBytes < 0 || maxBytes > MAX_BYTES) {
      throw new IllegalArgumentException("a read has an offset and 0 to " + MAX_BYTES + " bytes");
    }
    byte[] node = LaunchOrder.text("node name", nodeName, 1, 255);
    byte[] file = LaunchOrder.text("path", path, 1, LaunchOrder.PATH_MAX_BYTES);
    int total = FIXED_BYTES + node.length + file.length;
    ByteBuffer bytes = ByteBuffer.allocate(total);
    header.write(bytes, total);
    return bytes
        .putLong(offset)
        .putInt(maxBytes)
        .putInt(node.length)
        .putInt(file.length)
        .put(node)
        .put(file)
        .array();
  }
}
