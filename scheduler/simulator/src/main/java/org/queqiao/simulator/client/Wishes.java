package org.queqiao.simulator.client;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;

/**
 * What some of the people wish of their nodes, and who is in a hurry; drawn by the key of the
 * request and a number of the history.
 */
final class Wishes {
  private static final List<String> CONSTRAINTS =
      List.of("even", "odd|even", "fast&odd", "odd*1", "even*1", "none");

  private Wishes() {}

  /** One or two nodes more, of a wish of their own. */
  private static JobComponent component(SplittableRandom random) {
    JobPlacement.Builder placement = JobPlacement.builder();
    int nodes = 1 + random.nextInt(2);
    Integer tasks = null;
    switch (random.nextInt(8)) {
      case 0 -> placement.constraint("odd");
      case 1 -> placement.constraint("[odd|even]");
      case 2 -> placement.constraint("even*1");
      case 3 -> placement.nodeList("n" + random.nextInt(3));
      case 4 -> placement.excludeNodes("n" + random.nextInt(3)).switches(1);
      case 5 -> placement.contiguous(true).maxNodes(nodes + random.nextInt(2));
      case 6 -> {
        tasks = nodes + random.nextInt(2);
        placement.maxNodes(nodes + random.nextInt(2));
      }
      default -> {
        nodes = 1;
        tasks = 2;
      }
    }
    return new JobComponent(nodes, tasks == null ? 0 : tasks, 1, 0, List.of(), placement.build());
  }

  /** A request with its wishes. */
  static JobRequest added(JobRequest.Builder request, String key, int history) {
    SplittableRandom random = new SplittableRandom(31L * key.hashCode() + history);
    JobPlacement.Builder placement = JobPlacement.builder();
    switch (random.nextInt(16)) {
      case 12 -> {
        request.nodes(1 + random.nextInt(2)).tasks(2);
        placement.constraint(random.nextBoolean() ? "[odd|even]" : "[fast|odd]");
      }
      case 0, 1 -> placement.constraint(CONSTRAINTS.get(random.nextInt(CONSTRAINTS.size())));
      case 2 -> placement.nodeList("n" + random.nextInt(2));
      case 3 -> placement.excludeNodes("n" + random.nextInt(2));
      case 4 -> request.partition(Site.SMALL);
      case 5 -> placement.exclusive(true);
      case 11 -> {
        request.nodes(1).tasks(1);
        placement.components(List.of(component(random)));
        if (random.nextInt(3) == 0) {
          placement.nodeList("n" + random.nextInt(3)).maxNodes(1 + random.nextInt(2));
        }
      }
      case 9 -> {
        request.nodes(2).tasks(2 + random.nextInt(2));
        placement.switches(1 + random.nextInt(2));
      }
      case 10 -> {
        request.nodes(2).tasks(2);
        placement.contiguous(true).spread(random.nextBoolean());
      }
      case 6 -> {
        request.nodes(1).tasks(random.nextBoolean() ? null : (Integer) (1 + random.nextInt(3)));
        placement.maxNodes(1 + random.nextInt(3)).tasksPerNode(1 + random.nextInt(2));
      }
      case 7, 8 -> placement.licences(new TreeMap<>(Map.of("solver", 1 + random.nextInt(2))));
      default -> {
        // any node will do
      }
    }
    if (random.nextInt(6) == 0) {
      request.qos(Site.URGENT);
    } else if (random.nextInt(3) != 0) {
      request.qos(random.nextBoolean() ? Site.LOW : Site.SPARE);
    }
    if (random.nextBoolean()) {
      // So little that who is stopped keeps nobody from its node by its memory.
      request.memBytes(1L << 20);
    }
    return request.placement(placement.build()).build();
  }
}
