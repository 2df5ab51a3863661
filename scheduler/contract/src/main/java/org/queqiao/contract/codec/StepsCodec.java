package org.queqiao.contract.codec;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbRunPartEnded;
import org.queqiao.contract.wire.PbStepEnded;
import org.queqiao.contract.wire.PbStepImage;
import org.queqiao.contract.wire.PbStepStarted;
import org.queqiao.contract.wire.PbStepsImage;

/** What is said of steps, to and from its wire form. */
final class StepsCodec {
  private StepsCodec() {}

  /** The fact about steps that a record holds. */
  static Event event(EventRecord in) {
    if (in.hasStepStarted()) {
      return read(in.getStepStarted());
    }
    return in.hasStepEnded() ? read(in.getStepEnded()) : read(in.getRunPartEnded());
  }

  /** Puts a fact about steps into a record. */
  static void write(Event event, EventRecord.Builder out) {
    if (event instanceof StepStarted started) {
      out.setStepStarted(write(started));
    } else if (event instanceof StepEnded ended) {
      out.setStepEnded(write(ended));
    } else if (event instanceof RunPartEnded ended) {
      out.setRunPartEnded(write(ended));
    }
  }

  static PbStepStarted write(StepStarted e) {
    PbStepStarted.Builder out =
        PbStepStarted.newBuilder()
            .setRun(ModelWriter.run(e.run()))
            .setStep(e.step())
            .setName(e.name())
            .setTasks(e.tasks());
    e.nodes().forEach(node -> out.addNodes(node.value()));
    return out.build();
  }

  static StepStarted read(PbStepStarted e) {
    return new StepStarted(
        ModelReader.run(e.getRun()),
        e.getStep(),
        e.getName(),
        e.getTasks(),
        ModelReader.list(e.getNodesList(), NodeName::new));
  }

  static PbStepEnded write(StepEnded e) {
    return PbStepEnded.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setStep(e.step())
        .setExitCode(e.exitCode())
        .build();
  }

  static StepEnded read(PbStepEnded e) {
    return new StepEnded(ModelReader.run(e.getRun()), e.getStep(), e.getExitCode());
  }

  static PbRunPartEnded write(RunPartEnded e) {
    return PbRunPartEnded.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setNode(e.node().value())
        .setExit(ModelWriter.exit(e.exit()))
        .build();
  }

  static RunPartEnded read(PbRunPartEnded e) {
    return new RunPartEnded(
        ModelReader.run(e.getRun()), new NodeName(e.getNode()), ModelReader.exit(e.getExit()));
  }

  static PbStepsImage write(StepsImage image) {
    PbStepsImage.Builder out =
        PbStepsImage.newBuilder()
            .setRun(ModelWriter.run(image.run()))
            .setStarted(image.started())
            .addAllLive(image.live())
            .setUserUs(image.userUs())
            .setSystemUs(image.systemUs())
            .setMaxRssBytes(image.maxRssBytes())
            .setEndMs(image.endMs())
            .setEnergyMj(image.energyMj())
            .setAcceleratorMs(image.accelerators().measuredMs())
            .setAcceleratorIdleMs(image.accelerators().idleMs());
    image.parts().forEach(node -> out.addParts(node.value()));
    image.gone().forEach(node -> out.addGone(node.value()));
    if (image.script() != null) {
      out.setScript(ModelWriter.exit(image.script()));
    }
    if (image.shortOfMemory() != null) {
      out.setShortOfMemory(image.shortOfMemory().value());
    }
    image.recent().forEach(each -> out.addRecent(write(each)));
    return out.build();
  }

  static StepsImage read(PbStepsImage in) {
    return new StepsImage(
        ModelReader.run(in.getRun()),
        in.getStarted(),
        in.getLiveList(),
        ModelReader.list(in.getPartsList(), NodeName::new),
        ModelReader.list(in.getGoneList(), NodeName::new),
        in.hasScript() ? ModelReader.exit(in.getScript()) : null,
        in.getUserUs(),
        in.getSystemUs(),
        in.getMaxRssBytes(),
        in.getEndMs(),
        in.getEnergyMj(),
        new AcceleratorTime(in.getAcceleratorMs(), in.getAcceleratorIdleMs()),
        in.getShortOfMemory().isEmpty() ? null : new NodeName(in.getShortOfMemory()),
        ModelReader.list(in.getRecentList(), StepsCodec::read));
  }

  private static PbStepImage write(StepImage step) {
    PbStepImage.Builder out =
        PbStepImage.newBuilder()
            .setAttempt(step.attempt())
            .setNumber(step.number())
            .setName(step.name())
            .setTasks(step.tasks())
            .setStartMs(step.startMs())
            .setEndMs(step.endMs());
    step.nodes().forEach(node -> out.addNodes(node.value()));
    if (step.exitCode() != null) {
      out.setExitCode(step.exitCode());
    }
    return out.build();
  }

  private static StepImage read(PbStepImage in) {
    return new StepImage(
        in.getAttempt(),
        in.getNumber(),
        in.getName(),
        in.getTasks(),
        ModelReader.list(in.getNodesList(), NodeName::new),
        in.getStartMs(),
        in.getEndMs(),
        in.hasExitCode() ? (Integer) in.getExitCode() : null);
  }
}
