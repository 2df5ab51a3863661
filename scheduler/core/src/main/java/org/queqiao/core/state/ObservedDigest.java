package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.snapshot.ObservedImage;

/** Runs elsewhere in the digest, behind their name and only if there are any. */
final class ObservedDigest {
  private final CanonicalWriter out;

  ObservedDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(List<ObservedImage> images) {
    if (!images.isEmpty()) {
      out.text("observed").list(images, this::image);
    }
  }

  private void image(ObservedImage image) {
    out.text(image.cluster().value())
        .number(image.completeMs())
        .list(
            image.runs(),
            run ->
                out.number(run.number())
                    .number(run.submitMs())
                    .number(run.job().value())
                    .number(run.revision())
                    .number(run.endMs())
                    .number(run.fingerprint()));
    if (image.imported() > 0) {
      out.text("imported").number(image.imported());
    }
  }
}
