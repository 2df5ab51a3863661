package org.queqiao.simulator.client;

import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;

/** What some of the people wish of their nodes; drawn by the key of the request alone. */
final class Wishes {
  private static final List<String> CONSTRAINTS =
      List.of("even", "odd|even", "fast&odd", "odd*1", "even*1", "none");

  private Wishes() {}

  /** A request with its wishes. */
  static JobRequest added(JobRequest.Builder request, String key) {
    SplittableRandom random = new SplittableRandom(31L * key.hashCode());
    JobPlacement.Builder placement = JobPlacement.builder();
    switch (random.nextInt(10)) {
      case 0, 1 -> placement.constraint(CONSTRAINTS.get(random.nextInt(CONSTRAINTS.size())));
      case 2 -> placement.nodeList("n" + random.nextInt(2));
      case 3 -> placement.excludeNodes("n" + random.nextInt(2));
      case 4 -> request.partition(Site.SMALL);
      default -> {
        // any node will do
      }
    }
    return request.placement(placement.build()).build();
  }
}
