package org.queqiao.contract.codec;

import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.wire.PbJobPlacement;

/** Where a job wants to lie, to its wire form. */
final class PlacementWriter {
  private PlacementWriter() {}

  static PbJobPlacement write(JobPlacement placement) {
    return PbJobPlacement.newBuilder()
        .setConstraint(placement.constraint())
        .setNodeList(placement.nodeList())
        .setExcludeNodes(placement.excludeNodes())
        .build();
  }
}
