package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.message.DesiredRunState;

/** Server, agent and launcher together, with real processes. */
@Timeout(180)
final class NodeEndToEndTest {
  @Test
  void aDesiredRunRunsAsItsUserAndItsEndIsToldOnce() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      DesiredRunState run =
          story.desired(7, "id -u", "echo $SLURM_JOB_ID $SLURM_JOB_NODELIST $HOME", "exit 3");
      story.scheduler.want(run);
      RunExit exit = story.scheduler.awaitEnd(run.run());
      assertThat(exit.kind()).isEqualTo(RunExit.Kind.EXITED);
      assertThat(exit.exitCode()).isEqualTo(3);
      assertThat(exit.endMs()).isGreaterThanOrEqualTo(exit.startMs());

      OutputRead.Piece piece = (OutputRead.Piece) story.read(run, 0, 10_000);
      String[] lines = new String(piece.bytes(), StandardCharsets.UTF_8).split("\n");
      assertThat(lines[0]).isEqualTo(Integer.toString(story.jobUid()));
      assertThat(lines[1]).startsWith("7 cn01 /");
      assertThat(piece.fileSize()).isEqualTo(piece.bytes().length);
      assertThat(Files.getAttribute(story.work.resolve("out-7"), "unix:uid"))
          .isEqualTo(story.jobUid());

      story.killAgent();
      story.startAgent();
      story.scheduler.awaitRegistrations(2);
      assertThat(story.scheduler.lastRegistration().ended()).isEmpty();
      assertThat(story.scheduler.lastRegistration().running()).isEmpty();
      assertThat(story.scheduler.ends().get(run.run())).hasSize(1);
      assertThat(exitRecords(story)).isEmpty();
    }
  }

  @Test
  void aRunIsStoppedWhenTheServerSaysSoAndWhenItNoLongerListsIt() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      story.scheduler.want(story.desired(1, "exec sleep 300"));
      story.scheduler.want(story.desired(2, "exec sleep 300"));
      story.scheduler.awaitStart(NodeStory.run(1));
      story.scheduler.awaitStart(NodeStory.run(2));
      story.scheduler.stop(NodeStory.run(1));
      story.scheduler.drop(NodeStory.run(2));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).signal()).isEqualTo(15);
      assertThat(story.scheduler.awaitEnd(NodeStory.run(2)).signal()).isEqualTo(15);
    }
  }

  @Test
  void noRunIsLostOrDoubledWhenTheAgentIsKilledAtRandomMoments() throws Exception {
    long seed = 20_261_123L;
    SplittableRandom random = new SplittableRandom(seed);
    int runs = 60;
    try (NodeStory story = new NodeStory().started()) {
      int kills = 0;
      for (int job = 1; job <= runs; job++) {
        story.scheduler.want(story.desired(job, "echo x >>ran-" + job));
        if (random.nextInt(6) == 0) {
          story.scheduler.awaitEnd(NodeStory.run(1 + random.nextInt(job)));
          story.killAgent();
          story.startAgent();
          kills++;
        }
      }
      for (int job = 1; job <= runs; job++) {
        assertThat(story.scheduler.awaitEnd(NodeStory.run(job)).exitCode()).isZero();
        assertThat(Files.readString(story.work.resolve("ran-" + job))).isEqualTo("x\n");
      }
      assertThat(kills).as("kills with seed " + seed).isGreaterThan(3);
    }
  }

  @Test
  void aJobOutlivesServerAndAgentAndItsEndIsToldToTheNextServer() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      Path go = story.work.resolve("go");
      DesiredRunState run =
          story.desired(5, "while [ ! -e go ]; do sleep 0.05; done", "echo done", "exit 4");
      story.scheduler.want(run);
      story.scheduler.awaitStart(run.run());
      story.stopGateway();
      story.killAgent();
      Files.createFile(go);
      story.startAgent();
      story.scheduler.epoch(2);
      story.startGateway();
      assertThat(story.scheduler.awaitEnd(run.run()).exitCode()).isEqualTo(4);
      assertThat(story.scheduler.ends().get(run.run())).hasSize(1);
    }
  }

  @Test
  void aServerOfAnEpochThatIsOverIsNotObeyed() throws Exception {
    try (NodeStory story = new NodeStory()) {
      story.scheduler.epoch(5);
      story.started();
      RunId first = NodeStory.run(1);
      story.scheduler.want(story.desired(1, "exit 0"));
      story.scheduler.awaitEnd(first);
      story.stopGateway();
      story.scheduler.epoch(4);
      story.scheduler.want(story.desired(2, "echo x >>ran-2"));
      int before = story.scheduler.registrationCount();
      story.startGateway();
      story.scheduler.awaitRegistrations(before + 2);
      assertThat(story.log("agent")).contains("epoch 4 is over");
      assertThat(story.work.resolve("ran-2")).doesNotExist();
      story.stopGateway();
      story.scheduler.epoch(6);
      story.startGateway();
      assertThat(story.scheduler.awaitEnd(NodeStory.run(2)).exitCode()).isZero();
    }
  }

  @Test
  void theLauncherMayDieAndComeBack() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      DesiredRunState run = story.desired(3, "while [ ! -e go3 ]; do sleep 0.05; done", "exit 2");
      story.scheduler.want(run);
      story.scheduler.awaitStart(run.run());
      story.killLauncher();
      story.scheduler.want(story.desired(4, "exit 0"));
      Files.createFile(story.work.resolve("go3"));
      story.startLauncher();
      assertThat(story.scheduler.awaitEnd(run.run()).exitCode()).isEqualTo(2);
      assertThat(story.scheduler.awaitEnd(NodeStory.run(4)).exitCode()).isZero();
    }
  }

  @Test
  void aLaunchThatFailsSaysWhy() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      DesiredRunState good = story.desired(8, "exit 0");
      var spec = good.spec();
      DesiredRunState bad =
          story.desired(
              8,
              spec.toBuilder()
                  .workDir(story.work.resolve("missing").toString())
                  .stdoutPath("out")
                  .build());
      story.scheduler.want(bad);
      RunExit exit = story.scheduler.awaitEnd(bad.run());
      assertThat(exit.kind()).isEqualTo(RunExit.Kind.LAUNCH_FAILED);
      assertThat(exit.detail()).contains("work directory");
      assertThat(story.read(bad, 0, 100)).isInstanceOf(OutputRead.NotFound.class);

      DesiredRunState stranger =
          new DesiredRunState(
              NodeStory.run(9),
              false,
              1_000,
              good.user(),
              "stranger",
              1_999_999_999,
              1,
              spec,
              good.allocations());
      story.scheduler.want(stranger);
      RunExit never = story.scheduler.awaitEnd(stranger.run());
      assertThat(never.kind()).isEqualTo(RunExit.Kind.LAUNCH_FAILED);
      assertThat(never.detail()).contains("knows no user with uid 1999999999");
    }
  }

  @Test
  void aNameServiceThatStandsStillHoldsUpTheRunThatNeedsItAndIsNamed() throws Exception {
    try (NodeStory story = new NodeStory().withOwnMounts()) {
      assumeTrue(story.root, "mounts of its own");
      story.started();
      story.scheduler.want(story.desired(1, "exit 0"));
      story.scheduler.awaitEnd(NodeStory.run(1));
      story.pipeInThePlaceOf(Path.of("/etc/passwd"));
      DesiredRunState known = story.desired(3, "exit 0");
      DesiredRunState stranger =
          new DesiredRunState(
              NodeStory.run(2),
              false,
              1_000,
              known.user(),
              "bin",
              2,
              1,
              story.spec(2, "exit 0").toBuilder().workDir("/").stdoutPath("/dev/null").build(),
              known.allocations());
      story.scheduler.want(stranger);
      assertThat(story.read(stranger, 0, 100))
          .hasToString("Refused[reason=the name service does not answer; ask again]");
      story.scheduler.want(known);
      RunExit begun = story.scheduler.awaitEnd(known.run());
      assertThat(begun.exitCode()).isZero();
      RunExit never = story.scheduler.awaitEnd(stranger.run());
      assertThat(never.kind()).isEqualTo(RunExit.Kind.LAUNCH_FAILED);
      assertThat(never.detail()).contains("the name service does not answer");
      // Whoever waited for it to be given up would have begun only then.
      assertThat(begun.startMs()).isLessThan(never.endMs() - 2_000);
    }
  }

  @Test
  void aBusySchedulerIsToldAgain() throws Exception {
    try (NodeStory story = new NodeStory().started()) {
      story.scheduler.want(story.desired(1, "while [ ! -e go ]; do sleep 0.05; done"));
      story.scheduler.awaitStart(NodeStory.run(1));
      story.scheduler.busyFor(3);
      Files.createFile(story.work.resolve("go"));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).exitCode()).isZero();
    }
  }

  @Test
  void aSilentNodeIsReportedAndMustSayHelloAgain() throws Exception {
    try (NodeStory story = new NodeStory().withSilenceMs(1_500).started()) {
      story.scheduler.want(story.desired(1, "exit 0"));
      story.scheduler.awaitEnd(NodeStory.run(1));
      story.signalAgent("STOP");
      story.scheduler.wantsSilenceAgainAfter(4_000);
      List<Long> silences = story.scheduler.awaitSilences(2);
      assertThat(silences.get(0)).isBetween(1_500L, 3_999L);
      assertThat(silences.get(1)).as("once more, when that was asked").isGreaterThan(3_999);
      assertThat(story.gateway.gauges().get(NodeStory.NODE).memTotalBytes()).isPositive();
      story.signalAgent("CONT");
      story.scheduler.awaitRegistrations(2);
    }
  }

  /** Its runs with a lease have ended by then, since a hello that is not accepted is no contact. */
  @Test
  void aHelloThatIsNotAcceptedIsNoLifeSign() throws Exception {
    try (NodeStory story = new NodeStory().withSilenceMs(4_000).started()) {
      story.scheduler.refusesNodes(true);
      story.scheduler.wantsSilenceAgainAfter(8_000);
      story.killAgent();
      story.startAgent();
      story.scheduler.awaitHellos(4);
      List<Long> silences = story.scheduler.awaitSilences(2);
      assertThat(silences.get(0)).isBetween(4_000L, 7_999L);
      assertThat(silences.get(1)).as("once more, when that was asked").isGreaterThan(7_999);
      assertThat(story.gateway.gauges().get(NodeStory.NODE).connected()).isFalse();
      story.scheduler.refusesNodes(false);
      story.scheduler.awaitRegistrations(2);
      story.scheduler.want(story.desired(1, "exit 0"));
      assertThat(story.scheduler.awaitEnd(NodeStory.run(1)).exitCode()).isZero();
    }
  }

  @Test
  void aSilenceThatWasNotTakenIsToldAgainByTheNextCheck() throws Exception {
    try (NodeStory story = new NodeStory().withSilenceMs(1_500).started()) {
      story.scheduler.losesSilences(2);
      story.signalAgent("STOP");
      assertThat(story.scheduler.awaitSilences(1)).first().isNotNull();
      story.signalAgent("CONT");
      story.scheduler.awaitRegistrations(2);
    }
  }

  private static List<Path> exitRecords(NodeStory story) throws Exception {
    try (Stream<Path> files = Files.list(story.folder.resolve("node/spool"))) {
      return files.filter(file -> file.toString().endsWith(".exit")).toList();
    }
  }
}
