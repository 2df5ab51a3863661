package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Suspending;

/** A real process that writes all the time, stopped and let go on by server, agent and launcher. */
@Timeout(180)
final class SuspendEndToEndTest {
  private static final String COUNT = "while :; do (echo x) >>count; done";
  private static final RunId RUN = NodeStory.run(1);

  private static Path counting(NodeStory story) throws Exception {
    story.scheduler.want(story.desired(1, COUNT));
    story.scheduler.awaitStart(RUN);
    Path count = story.work.resolve("count");
    awaitMore(count, 0);
    return count;
  }

  private static long size(Path count) throws IOException {
    return Files.exists(count) ? Files.size(count) : 0;
  }

  private static void awaitMore(Path count, long than) throws IOException {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (size(count) <= than) {
      assertThat(System.nanoTime()).as("the script goes on").isLessThan(until);
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void staysAsItIs(Path count) throws IOException {
    long before = size(count);
    LockSupport.parkNanos(400_000_000);
    assertThat(size(count)).isEqualTo(before);
  }

  @Test
  void aSuspendedRunStandsStillUntilItIsResumed() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      assertThat(story.scheduler.lastRegistration().facts().suspends()).isTrue();
      Path count = counting(story);
      for (int round = 0; round < 3; round++) {
        story.scheduler.suspending(RUN, Suspending.SUSPEND);
        story.scheduler.awaitStopped(RUN);
        staysAsItIs(count);
        long before = size(count);
        story.scheduler.suspending(RUN, Suspending.RESUME);
        story.scheduler.awaitGoesOn(RUN);
        awaitMore(count, before);
      }
      story.scheduler.stop(RUN);
      story.scheduler.awaitEnd(RUN);
    }
  }

  @Test
  void neitherAgentNorLauncherWakesItByDying() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      Path count = counting(story);
      story.scheduler.suspending(RUN, Suspending.SUSPEND);
      story.scheduler.awaitStopped(RUN);
      story.killAgent();
      story.killLauncher();
      story.scheduler.forgetStanding(RUN);
      staysAsItIs(count);
      story.startLauncher();
      story.startAgent();
      story.scheduler.awaitStopped(RUN);
      staysAsItIs(count);
      long before = size(count);
      story.scheduler.suspending(RUN, Suspending.RESUME);
      story.scheduler.awaitGoesOn(RUN);
      awaitMore(count, before);
      story.scheduler.stop(RUN);
      story.scheduler.awaitEnd(RUN);
    }
  }

  @Test
  void aSuspendedRunThatIsToEndEnds() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      counting(story);
      story.scheduler.suspending(RUN, Suspending.SUSPEND);
      story.scheduler.awaitStopped(RUN);
      story.scheduler.stop(RUN);
      assertThat(story.scheduler.awaitEnd(RUN).signal()).isEqualTo(15);
    }
  }
}
