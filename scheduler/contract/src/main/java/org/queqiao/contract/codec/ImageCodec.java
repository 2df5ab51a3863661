package org.queqiao.contract.codec;

import java.util.ArrayList;
import java.util.List;
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
    List<ClusterImage.JobImage> jobs = new ArrayList<>();
    jobs(bytes, from).forEach(jobs::add);
    return ImageReader.read(bytes, from, jobs);
  }

  /**
   * Reads everything but the jobs, of which there may be very many.
   *
   * @throws org.queqiao.contract.MalformedRecordException for bytes that are no image
   */
  public static ClusterImage decodeWithoutJobs(byte[] bytes, int from) {
    return ImageReader.read(bytes, from, List.of());
  }

  /**
   * The jobs of an image, each read when it is its turn, so that they do not all exist at a time.
   * Going through them throws a {@link org.queqiao.contract.MalformedRecordException} for bytes
   * that are no image.
   */
  public static Iterable<ClusterImage.JobImage> jobs(byte[] bytes, int from) {
    return () -> new JobImages(bytes, from);
  }
}
