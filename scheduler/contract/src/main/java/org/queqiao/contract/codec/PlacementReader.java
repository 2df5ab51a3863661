package org.queqiao.contract.codec;

import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.wire.PbJobPlacement;

/** Where a job wants to lie, from its wire form. */
final class PlacementReader {
  private PlacementReader() {}

  static JobPlacement read(PbJobPlacement in) {
    return JobPlacement.builder()
        .constraint(in.getConstraint())
        .nodeList(in.getNodeList())
        .excludeNodes(in.getExcludeNodes())
        .build();
  }
}
