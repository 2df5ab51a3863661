package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.server.Beats;

/** Real agents, launchers and monitors: runs with a lease, and what takes the contact away. */
@Timeout(120)
final class LeaseEndToEndTest {
  private static final long LEASE_MS = 3_000;

  private static DesiredRunState leased(NodeStory story, long job, long leaseMs) {
    return NodeStory.with(story.desired(job, Beats.script("beats")), null, leaseMs);
  }

  private interface Cut {
    void contact(NodeStory story) throws Exception;
  }

  private static Beats begun(NodeStory story, long leaseMs) throws Exception {
    Path pipe = Beats.make(story.work.resolve("beats"));
    story.scheduler.want(leased(story, 1, leaseMs));
    story.scheduler.awaitStart(NodeStory.run(1));
    return Beats.of(pipe);
  }

  /** The run ends on its node while nobody hears of it; the end is told when somebody does. */
  private static void endsWithout(Cut cut, Cut mend) throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      RunId run = NodeStory.run(1);
      assertThat(story.scheduler.lastRegistration().facts().leases()).isTrue();
      try (Beats beats = begun(story, LEASE_MS)) {
        beats.goOnFor(Duration.ofMillis(2 * LEASE_MS));
        cut.contact(story);
        beats.awaitEnd();
      }
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

  /** Its launcher starts all the same, and says why. */
  @Test
  void aNodeWhoseContactCannotBeKeptSaysSo() throws Exception {
    try (NodeStory story = new NodeStory()) {
      Files.createDirectories(story.folder.resolve("node/spool/contact/in-the-way"));
      story.started();
      NodeFacts facts = story.scheduler.lastRegistration().facts();
      assertThat(facts.leases()).isFalse();
      assertThat(facts.absent()).anyMatch(each -> each.startsWith("leases of runs: there is no"));
      assertThat(story.log("launcher")).contains("no leases: the word of the last contact");
      story.scheduler.want(story.desired(1, "exit 0"));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).kind()).isEqualTo(RunExit.Kind.EXITED);
    }
  }

  @Test
  void aRunWithoutALeaseGoesOn() throws Exception {
    try (NodeStory story = new NodeStory().started();
        Beats beats = begun(story, 0)) {
      story.stopGateway();
      beats.goOnFor(Duration.ofMillis(2 * LEASE_MS));
      story.startGateway();
      story.scheduler.stop(NodeStory.run(1));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).kind()).isEqualTo(RunExit.Kind.EXITED);
    }
  }
}
