package org.queqiao.contract.codec;

import java.util.TreeMap;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.wire.PbJobComponent;
import org.queqiao.contract.wire.PbJobPlacement;
import org.queqiao.contract.wire.PbLicenceDefined;
import org.queqiao.contract.wire.PbNodeSettings;
import org.queqiao.contract.wire.PbNodeSettingsSet;
import org.queqiao.contract.wire.PbTopologyDefined;

/** Where jobs may lie and want to, from the wire form. */
final class PlacementReader {
  private PlacementReader() {}

  static NodeSettingsSet settingsSet(PbNodeSettingsSet in) {
    return new NodeSettingsSet(new NodeName(in.getNode()), settings(in.getSettings()));
  }

  static NodeSettings settings(PbNodeSettings in) {
    return new NodeSettings(in.getFeaturesList(), in.getWeight(), in.getType());
  }

  static LicenceDefined licence(PbLicenceDefined in) {
    return new LicenceDefined(in.getName(), in.getCount());
  }

  static TopologyDefined topology(PbTopologyDefined in) {
    return new TopologyDefined(
        ModelReader.list(
            in.getSwitchesList(),
            each -> new NetworkSwitch(each.getName(), each.getParent(), each.getNodes())));
  }

  private static JobComponent component(PbJobComponent in) {
    return new JobComponent(
        in.getNodes(),
        in.getTasks(),
        in.getCpusPerTask(),
        in.getMemBytes(),
        ModelReader.list(in.getGresList(), ModelReader::gres),
        in.hasPlacement()
            ? read(in.getPlacement())
            : JobPlacement.builder().constraint(in.getConstraint()).build());
  }

  static JobPlacement read(PbJobPlacement in) {
    TreeMap<String, Integer> licences = new TreeMap<>();
    in.getLicencesList().forEach(each -> licences.put(each.getName(), each.getCount()));
    return JobPlacement.builder()
        .constraint(in.getConstraint())
        .nodeList(in.getNodeList())
        .excludeNodes(in.getExcludeNodes())
        .exclusive(in.getExclusive())
        .maxNodes(in.getMaxNodes())
        .tasksPerNode(in.getTasksPerNode())
        .memPerCpuBytes(in.getMemPerCpuBytes())
        .memPerGpuBytes(in.getMemPerGpuBytes())
        .gresPerTask(ModelReader.list(in.getGresPerTaskList(), ModelReader::gres))
        .contiguous(in.getContiguous())
        .switches(in.getSwitches())
        .spread(in.getSpread())
        .components(ModelReader.list(in.getComponentsList(), PlacementReader::component))
        .licences(licences)
        .tasksInAll(in.getTasksInAll())
        .build();
  }
}
