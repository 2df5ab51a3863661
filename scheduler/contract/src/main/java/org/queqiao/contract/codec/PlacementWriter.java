package org.queqiao.contract.codec;

import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.wire.PbJobPlacement;
import org.queqiao.contract.wire.PbNodeSettings;
import org.queqiao.contract.wire.PbNodeSettingsSet;

/** Where jobs may lie and want to, to the wire form. */
final class PlacementWriter {
  private PlacementWriter() {}

  static PbNodeSettingsSet settingsSet(NodeSettingsSet set) {
    return PbNodeSettingsSet.newBuilder()
        .setNode(set.node().value())
        .setSettings(settings(set.settings()))
        .build();
  }

  static PbNodeSettings settings(NodeSettings settings) {
    return PbNodeSettings.newBuilder()
        .addAllFeatures(settings.features())
        .setWeight(settings.weight())
        .build();
  }

  static PbJobPlacement write(JobPlacement placement) {
    return PbJobPlacement.newBuilder()
        .setConstraint(placement.constraint())
        .setNodeList(placement.nodeList())
        .setExcludeNodes(placement.excludeNodes())
        .build();
  }
}
