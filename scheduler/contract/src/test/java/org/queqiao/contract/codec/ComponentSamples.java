package org.queqiao.contract.codec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;

/** Facts of jobs whose components say which nodes they want. */
final class ComponentSamples {
  private static final JobPlacement PLACEMENT =
      JobPlacement.builder()
          .constraint("[a|b]")
          .nodeList("cn[001-002]")
          .excludeNodes("cn7")
          .maxNodes(4)
          .tasksPerNode(3)
          .memPerCpuBytes(1L << 30)
          .gresPerTask(List.of(new GresRequest("gpu", "a100", 2)))
          .contiguous(true)
          .switches(2)
          .tasksInAll(true)
          .build();

  private ComponentSamples() {}

  static Map<String, Event> events() {
    LinkedHashMap<String, Event> out = new LinkedHashMap<>();
    out.put(
        "JobSubmitted-component-nodes",
        new JobSubmitted(
            Samples.RUN.job(),
            Samples.USER,
            "liwei",
            1234,
            Samples.SPEC.toBuilder()
                .placement(
                    JobPlacement.builder()
                        .components(List.of(new JobComponent(2, 7, 1, 0, List.of(), PLACEMENT)))
                        .build())
                .build(),
            "",
            Samples.HASH));
    out.put(
        "JobAllocated-components",
        new JobAllocated(
            Samples.RUN, List.of(Samples.ALLOCATION, Samples.ALLOCATION.of(2)), 0, null));
    return out;
  }
}
