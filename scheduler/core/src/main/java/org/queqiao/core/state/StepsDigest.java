package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;

/** Steps in the digest, behind their name and only if there are any. */
final class StepsDigest {
  private final CanonicalWriter out;

  StepsDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(List<StepsImage> images) {
    if (!images.isEmpty()) {
      out.text("steps").list(images, this::image);
    }
  }

  private void image(StepsImage each) {
    out.number(each.run().job().value())
        .number(each.run().attempt())
        .number(each.started())
        .list(each.live(), step -> out.number(step))
        .list(each.parts(), node -> out.text(node.value()))
        .list(each.gone(), node -> out.text(node.value()))
        .optional(each.script(), this::exit)
        .number(each.userUs())
        .number(each.systemUs())
        .number(each.maxRssBytes())
        .number(each.endMs());
    if (each.energyMj() > 0) {
      out.text("energy of parts").number(each.energyMj());
    }
    if (!each.accelerators().isNone()) {
      out.text("accelerators of parts")
          .number(each.accelerators().measuredMs())
          .number(each.accelerators().idleMs());
    }
    if (each.shortOfMemory() != null) {
      out.text("short of memory").text(each.shortOfMemory().value());
    }
    if (!each.recent().isEmpty()) {
      out.text("last steps").list(each.recent(), this::step);
    }
  }

  private void step(StepImage step) {
    out.number(step.attempt())
        .number(step.number())
        .text(step.name())
        .number(step.tasks())
        .list(step.nodes(), node -> out.text(node.value()))
        .number(step.startMs())
        .number(step.endMs())
        .optional(step.exitCode(), code -> out.number(code));
  }

  private void exit(RunExit exit) {
    out.text(exit.kind().name())
        .number(exit.exitCode())
        .number(exit.signal())
        .number(exit.startMs())
        .number(exit.endMs())
        .number(exit.userUs())
        .number(exit.systemUs())
        .number(exit.maxRssBytes())
        .text(exit.detail());
    if (!exit.nodeFault().isEmpty()) {
      out.text("fault of the node").text(exit.nodeFault());
    }
    if (exit.energyMj() > 0) {
      out.text("energy").number(exit.energyMj());
    }
    if (!exit.accelerators().isNone()) {
      out.text("accelerators")
          .number(exit.accelerators().measuredMs())
          .number(exit.accelerators().idleMs());
    }
  }
}
