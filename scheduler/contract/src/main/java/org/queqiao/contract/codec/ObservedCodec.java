package org.queqiao.contract.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.ObservedEvent;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.ObservedStep;
import org.queqiao.contract.observe.RunResources;
import org.queqiao.contract.snapshot.ObservedImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbClusterObserved;
import org.queqiao.contract.wire.PbObservedImage;
import org.queqiao.contract.wire.PbObservedRun;
import org.queqiao.contract.wire.PbObservedStep;
import org.queqiao.contract.wire.PbRunImported;
import org.queqiao.contract.wire.PbRunObserved;
import org.queqiao.contract.wire.PbRunResources;

/** Runs of other schedulers to and from their wire form. */
final class ObservedCodec {
  private ObservedCodec() {}

  static Event event(EventRecord in) {
    if (in.hasClusterObserved()) {
      return read(in.getClusterObserved());
    }
    return in.hasRunObserved() ? read(in.getRunObserved()) : read(in.getRunImported());
  }

  static void write(ObservedEvent event, EventRecord.Builder out) {
    switch (event) {
      case RunObserved e -> out.setRunObserved(write(e));
      case RunImported e -> out.setRunImported(write(e));
      case ClusterObserved e -> out.setClusterObserved(write(e));
    }
  }

  static PbRunObserved write(RunObserved e) {
    return PbRunObserved.newBuilder()
        .setJob(e.job().value())
        .setRevision(e.revision())
        .setRun(write(e.run()))
        .build();
  }

  static RunObserved read(PbRunObserved e) {
    return new RunObserved(new JobId(e.getJob()), e.getRevision(), read(e.getRun()));
  }

  static PbRunImported write(RunImported e) {
    return PbRunImported.newBuilder()
        .setJob(e.job().value())
        .setBilled(e.billed())
        .setRun(write(e.run()))
        .build();
  }

  static RunImported read(PbRunImported e) {
    return new RunImported(new JobId(e.getJob()), e.getBilled(), read(e.getRun()));
  }

  static PbClusterObserved write(ClusterObserved e) {
    return PbClusterObserved.newBuilder()
        .setCluster(e.cluster().value())
        .setCompleteMs(e.completeMs())
        .build();
  }

  static ClusterObserved read(PbClusterObserved e) {
    return new ClusterObserved(new ClusterName(e.getCluster()), e.getCompleteMs());
  }

  static PbObservedRun write(ObservedRun run) {
    PbObservedRun.Builder out =
        PbObservedRun.newBuilder()
            .setCluster(run.id().cluster().value())
            .setNumber(run.id().job())
            .setSubmitMs(run.id().submitMs())
            .setTask(run.task())
            .setName(run.name())
            .setUser(run.user().value())
            .setUid(run.uid())
            .setProject(run.project().value())
            .setPartition(run.partition().value())
            .setState(ModelWriter.state(run.state()))
            .setDetail(run.detail())
            .setExitCode(run.exitCode())
            .setSignal(run.signal())
            .setStartMs(run.startMs())
            .setEndMs(run.endMs())
            .addAllStops(run.stops())
            .setCores(run.cores())
            .setMemBytes(run.memBytes())
            .setLimitMs(run.limitMs())
            .setNodes(run.nodes());
    for (ObservedStep step : run.steps()) {
      out.addSteps(
          PbObservedStep.newBuilder()
              .setId(step.id())
              .setName(step.name())
              .setState(step.state())
              .setStartMs(step.startMs())
              .setEndMs(step.endMs())
              .setTasks(step.tasks())
              .setCores(step.cores()));
    }
    if (run.resources() != null) {
      PbRunResources.Builder all = PbRunResources.newBuilder().setQos(run.resources().qosName());
      run.resources()
          .devices()
          .forEach((device, count) ->
              all.addDevices(PbRunResources.Devices.newBuilder().setName(device).setCount(count)));
      out.setResources(all);
    }
    return out.build();
  }

  private static RunResources resources(PbObservedRun in) {
    if (!in.hasResources()) {
      return null;
    }
    TreeMap<String, Long> devices = new TreeMap<>();
    for (PbRunResources.Devices each : in.getResources().getDevicesList()) {
      devices.put(each.getName(), each.getCount());
    }
    String qos = in.getResources().getQos();
    return new RunResources(qos.isEmpty() ? null : new QosName(qos), devices);
  }

  static ObservedRun read(PbObservedRun in) {
    List<ObservedStep> steps = new ArrayList<>();
    for (PbObservedStep step : in.getStepsList()) {
      steps.add(
          new ObservedStep(
              step.getId(),
              step.getName(),
              step.getState(),
              step.getStartMs(),
              step.getEndMs(),
              step.getTasks(),
              step.getCores()));
    }
    return new ObservedRun(
        new ExternalRun(new ClusterName(in.getCluster()), in.getNumber(), in.getSubmitMs()),
        in.getTask(),
        in.getName(),
        new UserName(in.getUser()),
        in.getUid(),
        new ProjectName(in.getProject()),
        new PartitionName(in.getPartition()),
        ModelReader.state(in.getState()),
        in.getDetail(),
        in.getExitCode(),
        in.getSignal(),
        in.getStartMs(),
        in.getEndMs(),
        in.getStopsList(),
        in.getCores(),
        in.getMemBytes(),
        in.getLimitMs(),
        in.getNodes(),
        steps,
        resources(in));
  }

  static PbObservedImage write(ObservedImage image) {
    PbObservedImage.Builder out =
        PbObservedImage.newBuilder()
            .setCluster(image.cluster().value())
            .setCompleteMs(image.completeMs())
            .setImported(image.imported());
    for (ObservedImage.Run run : image.runs()) {
      out.addRuns(
          PbObservedImage.Run.newBuilder()
              .setNumber(run.number())
              .setSubmitMs(run.submitMs())
              .setJob(run.job().value())
              .setRevision(run.revision())
              .setEndMs(run.endMs())
              .setFingerprint(run.fingerprint()));
    }
    return out.build();
  }

  static ObservedImage read(PbObservedImage in) {
    List<ObservedImage.Run> runs = new ArrayList<>();
    for (PbObservedImage.Run run : in.getRunsList()) {
      runs.add(
          new ObservedImage.Run(
              run.getNumber(),
              run.getSubmitMs(),
              new JobId(run.getJob()),
              run.getRevision(),
              run.getEndMs(),
              run.getFingerprint()));
    }
    return new ObservedImage(
        new ClusterName(in.getCluster()), in.getCompleteMs(), runs, in.getImported());
  }
}
