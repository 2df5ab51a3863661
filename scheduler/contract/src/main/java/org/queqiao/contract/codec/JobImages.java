package org.queqiao.contract.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.wire.PbClusterImage;
import org.queqiao.contract.wire.PbJobImage;

/** The jobs of an image on the wire, one by one. */
final class JobImages implements Iterator<ClusterImage.JobImage> {
  private final CodedInputStream in;
  private boolean atJob;

  JobImages(byte[] bytes, int from) {
    this.in = CodedInputStream.newInstance(bytes, from, bytes.length - from);
  }

  @Override
  public boolean hasNext() {
    try {
      while (!atJob) {
        int tag = in.readTag();
        if (tag == 0) {
          return false;
        }
        atJob = WireFormat.getTagFieldNumber(tag) == PbClusterImage.JOBS_FIELD_NUMBER;
        if (!atJob) {
          in.skipField(tag);
        }
      }
      return true;
    } catch (IOException e) {
      throw ImageReader.malformed(e);
    }
  }

  @Override
  public ClusterImage.JobImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more jobs");
    }
    try {
      atJob = false;
      int limit = in.pushLimit(in.readRawVarint32());
      ClusterImage.JobImage job = ImageReader.job(PbJobImage.parseFrom(in));
      in.popLimit(limit);
      return job;
    } catch (IOException | IllegalArgumentException e) {
      throw ImageReader.malformed(e);
    }
  }
}
