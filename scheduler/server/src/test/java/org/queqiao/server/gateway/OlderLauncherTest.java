package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.metrics.Series;
import org.queqiao.core.message.DesiredRunState;

/**
 * The agent of today beside a launcher of before, with monitors of before: what they did otherwise
 * is built into them by the tests of native/.
 */
@Timeout(180)
final class OlderLauncherTest {
  private static final int QUIT = 3;
  private static final int USR1 = 10;

  private static void awaitFile(NodeStory story, Path file) throws InterruptedException {
    story.scheduler.await(file.toString(), () -> Files.exists(file));
  }

  private static long clock(RunMetrics counted) {
    return counted.totals().stream()
        .filter(each -> each.counter() == Counter.TASK_CLOCK.number() && each.present())
        .mapToLong(CounterValue::value)
        .findFirst()
        .orElse(-1);
  }

  @Test
  void aRunGoesFromItsBeginToItsEndWithItsCountersAndTheSignalsThatItKnows() throws Exception {
    try (NodeStory story = new NodeStory().withOlderLauncher(true).started()) {
      RunId run = NodeStory.run(1);
      DesiredRunState wanted =
          story.desired(
              1,
              "trap 'echo x > usr1' USR1",
              "trap 'echo x > quit' QUIT",
              "echo x > begun",
              "while [ ! -e usr1 ]; do (:); done",
              "while [ ! -e leave ]; do sleep 0.1; done",
              "exit 3");
      story.scheduler.want(wanted);
      story.scheduler.awaitStart(run);
      awaitFile(story, story.work.resolve("begun"));
      if (story.root) {
        Series series = story.scheduler.awaitLive(run, 3);
        int column = series.counters().indexOf(Counter.TASK_CLOCK.number()) + 1;
        assertThat(series.rows().getLast()[column]).isGreaterThan(series.rows().getFirst()[column]);
      }
      // One that its launcher refuses is not given: the server knows by the version of the agent.
      story.scheduler.want(NodeStory.with(wanted, new WarningSignal(QUIT, 60, true), 0));
      story.scheduler.awaitBeat();
      story.scheduler.want(NodeStory.with(wanted, new WarningSignal(USR1, 60, true), 0));
      awaitFile(story, story.work.resolve("usr1"));
      assertThat(story.work.resolve("quit")).doesNotExist();
      assertThat(story.log("agent")).doesNotContain("signal to run");
      Files.createFile(story.work.resolve("leave"));
      RunExit exit = story.scheduler.awaitEnd(run);
      assertThat(exit.kind()).isEqualTo(RunExit.Kind.EXITED);
      assertThat(exit.exitCode()).isEqualTo(3);
      assertThat(clock(story.scheduler.awaitCounters(run))).isPositive();
    }
  }

  @Test
  void theNodeSaysWhatIsMissingAndALeaseIsNotTakenForKept() throws Exception {
    try (NodeStory story = new NodeStory().withOlderLauncher(true).started()) {
      assertThat(story.scheduler.lastRegistration().facts().leases()).isFalse();
      List<String> absent = story.scheduler.lastRegistration().facts().absent();
      assertThat(absent)
          .contains("leases of runs: the launcher is older than the agent; they get none here")
          .anyMatch(each -> each.startsWith("signals before the end other than HUP"));
      // A scheduler that asks for one all the same hears that nothing was begun.
      story.scheduler.want(NodeStory.with(story.desired(1, "echo x > begun"), null, 60_000));
      RunExit exit = story.scheduler.awaitEnd(NodeStory.run(1));
      assertThat(exit.kind()).isEqualTo(RunExit.Kind.LAUNCH_FAILED);
      assertThat(exit.detail()).contains("unknown flag");
      assertThat(story.work.resolve("begun")).doesNotExist();
      // The launcher of today takes its place, and the server hears of it.
      story.killLauncher();
      story.withOlderLauncher(false).startLauncher();
      story.scheduler.awaitRegistrations(2);
      assertThat(story.scheduler.lastRegistration().facts().leases()).isTrue();
      assertThat(story.scheduler.lastRegistration().facts().absent())
          .noneMatch(each -> each.contains("older than the agent"));
      story.scheduler.want(NodeStory.with(story.desired(2, "echo x > begun"), null, 60_000));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(2)).kind()).isEqualTo(RunExit.Kind.EXITED);
      // An older one that is put back finds the file of contact, and keeps no lease.
      story.killLauncher();
      story.withOlderLauncher(true).startLauncher();
      story.scheduler.awaitRegistrations(3);
      assertThat(story.scheduler.lastRegistration().facts().leases()).isFalse();
    }
  }

  /**
   * Its monitor looks for the agent where agents of before were; one of a new launcher does not.
   */
  @Test
  void theSeriesOfARunGoesOnOverAnUpgradeOfItsNode() throws Exception {
    try (NodeStory story = new NodeStory().withOlderLauncher(true).started()) {
      assumeTrue(story.root, "descriptors of others are handed out by root alone");
      RunId before = NodeStory.run(1);
      story.scheduler.want(story.desired(1, "while :; do sleep 0.1; done"));
      Series first = story.scheduler.awaitLive(before, 3);
      assertThat(Files.exists(story.folder.resolve("node/spool/counters"))).isFalse();
      story.killLauncher();
      story.killAgent();
      story.withOlderLauncher(false).startLauncher();
      story.startAgent();
      story.scheduler.awaitRegistrations(2);
      RunId after = NodeStory.run(2);
      story.scheduler.want(story.desired(2, "while :; do sleep 0.1; done"));
      story.scheduler.awaitLive(after, 3);
      story.scheduler.awaitLive(before, first.rows().size() + 3);
      assertThat(story.folder.resolve("node/spool/counters/1")).exists();
      story.scheduler.await(
          "an agent that follows all its runs listens in its folder alone",
          () -> !listensAbroad(story.agent()));
      story.scheduler.stop(before);
      story.scheduler.stop(after);
      assertThat(clock(story.scheduler.awaitCounters(before))).isPositive();
      assertThat(clock(story.scheduler.awaitCounters(after))).isPositive();
    }
  }

  /** Whether a process listens where any user of the machine may connect. */
  private static boolean listensAbroad(Process process) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      Set<String> own = new TreeSet<>();
      for (Path each : open.toList()) {
        own.add(Files.readSymbolicLink(each).toString());
      }
      return Files.readAllLines(Path.of("/proc/net/unix")).stream()
          .map(line -> line.strip().split(" +"))
          .anyMatch(line ->
              line.length == 8
                  && line[7].startsWith("@queqiao-counters-")
                  && own.contains("socket:[" + line[6] + "]"));
    } catch (IOException e) {
      return true;
    }
  }
}
