package org.queqiao.contract.codec;

import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.wire.PbJobPlacement;
import org.queqiao.contract.wire.PbNodeSettings;
import org.queqiao.contract.wire.PbNodeSettingsSet;

/** Where jobs may lie and want to, from the wire form. */
final class PlacementReader {
  private PlacementReader() {}

  static NodeSettingsSet settingsSet(PbNodeSettingsSet in) {
    return new NodeSettingsSet(new NodeName(in.getNode()), settings(in.getSettings()));
  }

  static NodeSettings settings(PbNodeSettings in) {
    return new NodeSettings(in.getFeaturesList(), in.getWeight());
  }

  static JobPlacement read(PbJobPlacement in) {
    return JobPlacement.builder()
        .constraint(in.getConstraint())
        .nodeList(in.getNodeList())
        .excludeNodes(in.getExcludeNodes())
        .build();
  }
}
