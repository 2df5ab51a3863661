package org.queqiao.contract.codec;

import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ClusterNow.JobNow;
import org.queqiao.contract.observe.ClusterNow.NodeNow;
import org.queqiao.contract.observe.ClusterNow.PartitionNow;
import org.queqiao.contract.observe.ClusterNow.StepNow;
import org.queqiao.contract.wire.PbClusterNow;
import org.queqiao.contract.wire.PbJobNow;
import org.queqiao.contract.wire.PbNodeNow;
import org.queqiao.contract.wire.PbPartitionNow;
import org.queqiao.contract.wire.PbStepNow;

/** What a cluster is now, to and from its wire form. */
final class ClusterNowCodec {
  private ClusterNowCodec() {}

  static PbClusterNow write(ClusterNow now) {
    PbClusterNow.Builder out =
        PbClusterNow.newBuilder().setAtMs(now.atMs()).setJobsLeftOut(now.jobsLeftOut());
    now.nodes().forEach(each -> out.addNodes(write(each)));
    now.partitions().forEach(each -> out.addPartitions(write(each)));
    now.jobs().forEach(each -> out.addJobs(write(each)));
    return out.build();
  }

  static ClusterNow read(PbClusterNow in) {
    return new ClusterNow(
        in.getAtMs(),
        ModelReader.list(in.getNodesList(), ClusterNowCodec::read),
        ModelReader.list(in.getPartitionsList(), ClusterNowCodec::read),
        ModelReader.list(in.getJobsList(), ClusterNowCodec::read),
        in.getJobsLeftOut());
  }

  private static PbNodeNow write(NodeNow node) {
    return PbNodeNow.newBuilder()
        .setName(node.name())
        .setState(node.state())
        .setCores(node.cores())
        .setCoresBusy(node.coresBusy())
        .setMemBytes(node.memBytes())
        .setGres(node.gres())
        .setFeatures(node.features())
        .setReason(node.reason())
        .build();
  }

  private static NodeNow read(PbNodeNow in) {
    return new NodeNow(
        in.getName(),
        in.getState(),
        in.getCores(),
        in.getCoresBusy(),
        in.getMemBytes(),
        in.getGres(),
        in.getFeatures(),
        in.getReason());
  }

  private static PbPartitionNow write(PartitionNow partition) {
    return PbPartitionNow.newBuilder()
        .setName(partition.name())
        .setState(partition.state())
        .setCores(partition.cores())
        .setNodes(partition.nodes())
        .setLimitMs(partition.limitMs())
        .setNodeList(partition.nodeList())
        .build();
  }

  private static PartitionNow read(PbPartitionNow in) {
    return new PartitionNow(
        in.getName(),
        in.getState(),
        in.getCores(),
        in.getNodes(),
        in.getLimitMs(),
        in.getNodeList());
  }

  private static PbJobNow write(JobNow job) {
    PbJobNow.Builder out =
        PbJobNow.newBuilder()
            .setNumber(job.number())
            .setTask(job.task())
            .setName(job.name())
            .setUser(job.user())
            .setAccount(job.account())
            .setPartition(job.partition())
            .setState(job.state())
            .setReason(job.reason())
            .setSubmitMs(job.submitMs())
            .setStartMs(job.startMs())
            .addAllStops(job.stops())
            .setCores(job.cores())
            .setRestarts(job.restarts())
            .setNodes(job.nodes());
    for (StepNow each : job.steps()) {
      out.addSteps(
          PbStepNow.newBuilder()
              .setId(each.id())
              .setName(each.name())
              .setState(each.state())
              .setStartMs(each.startMs())
              .setTasks(each.tasks())
              .setNodes(each.nodes()));
    }
    return out.build();
  }

  private static JobNow read(PbJobNow in) {
    return new JobNow(
        in.getNumber(),
        in.getTask(),
        in.getName(),
        in.getUser(),
        in.getAccount(),
        in.getPartition(),
        in.getState(),
        in.getReason(),
        in.getSubmitMs(),
        in.getStartMs(),
        in.getStopsList(),
        in.getCores(),
        in.getRestarts(),
        in.getNodes(),
        ModelReader.list(in.getStepsList(), ClusterNowCodec::read));
  }

  private static StepNow read(PbStepNow in) {
    return new StepNow(
        in.getId(), in.getName(), in.getState(), in.getStartMs(), in.getTasks(), in.getNodes());
  }
}
