package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspending;
import org.queqiao.core.message.DesiredRunState;

/** Real agents, launchers and monitors: runs with a lease, and what takes the contact away. */
@Timeout(120)
final class LeaseEndToEndTest {
  private static final long LEASE_MS = 3_000;
  private static final String BEATS = "while :; do echo x >> beats; sleep 0.1; done";

  private static DesiredRunState leased(NodeStory story, long job, long leaseMs) {
    DesiredRunState r = story.desired(job, BEATS);
    List<Allocation> allocations = r.allocations();
    return new DesiredRunState(
        r.run(),
        false,
        r.graceMs(),
        r.user(),
        r.unixUser(),
        r.uid(),
        r.submitMs(),
        r.spec(),
        allocations,
        null,
        null,
        Suspending.NONE,
        0,
        leaseMs);
  }

  private interface Cut {
    void contact(NodeStory story) throws Exception;
  }

  private static long size(NodeStory story) throws Exception {
    Path beats = story.work.resolve("beats");
    return Files.exists(beats) ? Files.size(beats) : 0;
  }

  private static void await(NodeStory story, boolean grows) throws Exception {
    long until = System.nanoTime() + 30_000_000_000L;
    long before = size(story);
    Thread.sleep(1_000);
    while (size(story) > before != grows) {
      assertThat(System.nanoTime()).as("the run goes on: %s", grows).isLessThan(until);
      before = size(story);
      Thread.sleep(1_000);
    }
  }

  /** The run ends on its node while nobody hears of it; the end is told when somebody does. */
  private static void endsWithout(Cut cut, Cut mend) throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      RunId run = NodeStory.run(1);
      assertThat(story.scheduler.lastRegistration().facts().leases()).isTrue();
      story.scheduler.want(leased(story, 1, LEASE_MS));
      story.scheduler.awaitStart(run);
      Thread.sleep(2 * LEASE_MS);
      await(story, true);
      cut.contact(story);
      await(story, false);
      mend.contact(story);
      RunExit exit = story.scheduler.awaitEnd(run);
      assertThat(exit.kind()).isEqualTo(RunExit.Kind.LOST);
      assertThat(exit.detail()).contains("no contact", "3 s");
    }
  }

  @Test
  void aRunEndsWhileItsAgentStandsStill() throws Exception {
    endsWithout(story -> story.signalAgent("STOP"), story -> story.signalAgent("CONT"));
  }

  @Test
  void aRunEndsWhenItsAgentWasKilled() throws Exception {
    endsWithout(NodeStory::killAgent, NodeStory::startAgent);
  }

  @Test
  void aRunEndsWhenItsServerRefusesTheConnection() throws Exception {
    endsWithout(NodeStory::stopGateway, NodeStory::startGateway);
  }

  @Test
  void aRunWithoutALeaseGoesOn() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      story.scheduler.want(leased(story, 1, 0));
      story.scheduler.awaitStart(NodeStory.run(1));
      story.stopGateway();
      Thread.sleep(2 * LEASE_MS);
      await(story, true);
      story.startGateway();
      story.scheduler.stop(NodeStory.run(1));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).kind()).isEqualTo(RunExit.Kind.EXITED);
    }
  }
}
