package org.queqiao.contract.codec;

import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.wire.PbJobComponent;
import org.queqiao.contract.wire.PbJobPlacement;
import org.queqiao.contract.wire.PbLicenceDefined;
import org.queqiao.contract.wire.PbNetworkSwitch;
import org.queqiao.contract.wire.PbNodeSettings;
import org.queqiao.contract.wire.PbNodeSettingsSet;
import org.queqiao.contract.wire.PbTopologyDefined;

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
        .setType(settings.type())
        .build();
  }

  static PbLicenceDefined licence(LicenceDefined licence) {
    return PbLicenceDefined.newBuilder().setName(licence.name()).setCount(licence.count()).build();
  }

  static PbTopologyDefined topology(TopologyDefined topology) {
    PbTopologyDefined.Builder out = PbTopologyDefined.newBuilder();
    for (NetworkSwitch each : topology.switches()) {
      out.addSwitches(
          PbNetworkSwitch.newBuilder()
              .setName(each.name())
              .setParent(each.parent())
              .setNodes(each.nodes()));
    }
    return out.build();
  }

  private static PbJobComponent component(JobComponent component) {
    PbJobComponent.Builder out =
        PbJobComponent.newBuilder()
            .setNodes(component.nodes())
            .setTasks(component.tasks())
            .setCpusPerTask(component.cpusPerTask())
            .setMemBytes(component.memBytes())
            .setConstraint(component.placement().constraint());
    if (component.placement().saysMoreThanConstraint()) {
      out.setPlacement(write(component.placement()));
    }
    component.gres().forEach(each -> out.addGres(ModelWriter.gres(each)));
    return out.build();
  }

  static PbJobPlacement write(JobPlacement placement) {
    PbJobPlacement.Builder out =
        PbJobPlacement.newBuilder()
            .setConstraint(placement.constraint())
            .setNodeList(placement.nodeList())
            .setExcludeNodes(placement.excludeNodes())
            .setExclusive(placement.exclusive())
            .setMaxNodes(placement.maxNodes())
            .setTasksPerNode(placement.tasksPerNode())
            .setMemPerCpuBytes(placement.memPerCpuBytes())
            .setMemPerGpuBytes(placement.memPerGpuBytes())
            .setContiguous(placement.contiguous())
            .setSwitches(placement.switches())
            .setSpread(placement.spread())
            .setTasksInAll(placement.tasksInAll());
    placement.components().forEach(each -> out.addComponents(component(each)));
    placement.gresPerTask().forEach(each -> out.addGresPerTask(ModelWriter.gres(each)));
    placement
        .licences()
        .forEach((name, count) ->
            out.addLicences(PbLicenceDefined.newBuilder().setName(name).setCount(count)));
    return out.build();
  }
}
