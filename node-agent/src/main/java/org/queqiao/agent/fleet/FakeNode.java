package org.queqiao.agent.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.agent.standin.StandIn;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeFacts.GresInventory;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/**
 * A fake node. It has no disk: when its process ends it comes back as a node that was started anew,
 * which ends what ran on it.
 */
final class FakeNode {
  private static final int CORES_OF_NUMA_NODE = 8;

  /** What a node without a job has in use: a thirty-second of its memory. */
  private static final int IDLE_MEMORY_SHARE = 32;

  private FakeNode() {}

  static StandIn of(NodeName name, FleetOptions options, ScheduledExecutorService timers) {
    StandIn node =
        new StandIn(
            facts(name, options),
            options.memBytes() / IDLE_MEMORY_SHARE,
            new SpoolImage(),
            StandIn.Keeper.NONE);
    node.begin(new FakeRuns(options, timers, node));
    return node;
  }

  private static NodeFacts facts(NodeName name, FleetOptions options) {
    List<NumaNode> numa = new ArrayList<>();
    for (int first = 0; first < options.cores(); first += CORES_OF_NUMA_NODE) {
      List<Integer> cores = new ArrayList<>();
      for (int core = first; core < Math.min(options.cores(), first + CORES_OF_NUMA_NODE); core++) {
        cores.add(core);
      }
      numa.add(new NumaNode(0, cores));
    }
    return new NodeFacts(
        name,
        UUID.randomUUID().toString(),
        options.cores(),
        options.memBytes(),
        options.gpus() == 0 ? List.of() : List.of(new GresInventory("gpu", "", options.gpus())),
        "fleet",
        System.getProperty("os.version"),
        List.of("processes: this node is a fake, nothing is run on it"),
        numa,
        true);
  }
}
