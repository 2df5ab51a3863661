package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.job.Allocation.GresDevices;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts.GresInventory;

/** What an allocation gives is what the processes of a run get, and no more. */
@Timeout(180)
final class LimitsEndToEndTest {
  /** Says by bits which of the two devices it can read. */
  private static final String[] TRY = {
    "n=0",
    "head -c1 /dev/zero >/dev/null && n=1",
    "head -c1 /dev/random >/dev/null && n=$((n+2))",
    "exit $n"
  };

  @Test
  void aRunOpensTheDevicesOfItsAllocationAlone() throws Exception {
    try (NodeStory story = new NodeStory().withDevices("gpu 0 /dev/zero\ngpu 1 /dev/random\n")) {
      assumeTrue(story.root, "devices are denied by control groups");
      story.started();
      assertThat(story.scheduler.lastRegistration().facts().gres())
          .containsExactly(new GresInventory("gpu", "", 2));
      List<List<Integer>> given = List.of(List.of(), List.of(0), List.of(1), List.of(0, 1));
      for (int job = 0; job < given.size(); job++) {
        List<GresDevices> gres =
            given.get(job).isEmpty()
                ? List.of()
                : List.of(new GresDevices("gpu", "", given.get(job)));
        story.scheduler.want(story.desired(job + 1, story.spec(job + 1, TRY), 0, gres));
        RunExit exit = story.scheduler.awaitEnd(NodeStory.run(job + 1));
        assertThat(exit.exitCode()).as("given %s: %s", given.get(job), exit).isEqualTo(job);
      }
    }
  }

  @Test
  void aRunThatNeedsMoreMemoryThanItWasGivenEndsOutOfMemory() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      assumeTrue(story.root, "memory is limited by control groups");
      String hungry = "awk 'BEGIN { s = sprintf(\"%200000000s\", \"\"); print length(s) }'; exit 0";
      story.scheduler.want(story.desired(1, story.spec(1, hungry), 64L << 20, List.of()));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).kind())
          .isEqualTo(RunExit.Kind.OUT_OF_MEMORY);
    }
  }
}
