package org.queqiao.contract.codec;

import org.queqiao.contract.snapshot.ClusterImage;

/** Images as bytes: the Protocol Buffers message {@code ClusterImage} of {@code snapshot.proto}. */
public final class ImageCodec {
  private ImageCodec() {}

  public static byte[] encode(ClusterImage image) {
    return ImageWriter.write(image).toByteArray();
  }

  /**
   * Reads an image back.
   *
   * @throws org.queqiao.contract.MalformedRecordException for bytes that are no image
   */
  public static ClusterImage decode(byte[] bytes) {
    return decode(bytes, 0);
  }

  /**
   * Reads an image that begins at an offset and ends with the bytes.
   *
   * @throws org.queqiao.contract.MalformedRecordException for bytes that are no image
   */
  public static ClusterImage decode(byte[] bytes, int from) {
    return ImageReader.read(bytes, from);
  }
}
