package org.queqiao.simulator.server;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;

/** Which steps a run asks for when it is told to have started; drawn by its number alone. */
final class StepWishes {
  private StepWishes() {}

  static List<Input.StartStep> of(NodeName node, DesiredState latest, RunId run) {
    List<Input.StartStep> out = new ArrayList<>();
    if (latest == null) {
      return out;
    }
    SplittableRandom random = new SplittableRandom(31L * run.job().value() + run.attempt());
    for (DesiredRunState each : latest.runs()) {
      boolean ofScript = each.allocations().getFirst().node().equals(node);
      if (!each.run().equals(run) || !ofScript) {
        continue;
      }
      int count = each.allocations().size() > 1 ? random.nextInt(4) : random.nextInt(8) / 7;
      for (int i = 0; i < count; i++) {
        List<NodeName> nodes = new ArrayList<>();
        for (Allocation allocation : each.allocations()) {
          if (random.nextInt(3) != 0) {
            nodes.add(allocation.node());
          }
        }
        out.add(new Input.StartStep(node, each.uid(), run, "step", nodes.size(), nodes));
      }
    }
    return out;
  }
}
