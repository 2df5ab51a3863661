package org.queqiao.simulator.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.core.plan.KnownPolicy;
import org.queqiao.core.plan.PlanPolicies;
import org.queqiao.core.plan.ShortAreaFirst;
import org.queqiao.core.predict.Correction;
import org.queqiao.simulator.swf.BadLog;
import org.queqiao.simulator.swf.LublinModel;
import org.queqiao.simulator.swf.SwfLog;
import org.queqiao.simulator.swf.SwfReader;
import org.queqiao.testkit.TestSize;

/**
 * The live machine plans by the default policy, and by the one that promises every job a start, as
 * the replay of a log does: job by job.
 */
final class LiveReplayTest {
  private static final int PROCS = 32;
  private static final int JOBS = TestSize.ciOrFull(250, 3_000);
  private static final int NEVER = Integer.MAX_VALUE;
  private static final SchedulingDefined CONSERVATIVE =
      new SchedulingDefined(SchedulingDefined.CONSERVATIVE, 1);

  @TempDir private Path folder;

  private ReplayJobs log(long seed) throws IOException, BadLog {
    return log(seed, 2);
  }

  /**
   * Run times are even, so that the mean of two is a whole second in both.
   *
   * @param grainS all that happens does so at moments that so many seconds divide
   */
  private ReplayJobs log(long seed, long grainS) throws IOException, BadLog {
    SwfLog log = new LublinModel(seed, PROCS, 6, 2 + seed % 5 * 3).generate(JOBS);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < log.size(); i++) {
      long run = Math.max(grainS, Math.min(log.run(i), log.limit(i)) / grainS * grainS);
      boolean grainy = grainS > 2;
      long limit = Math.max(run, grainy ? log.limit(i) / grainS * grainS : log.limit(i));
      lines.append(
          "%d %d -1 %d %d -1 -1 %d %d -1 1 %d -1 -1 -1 -1 -1 -1%n"
              .formatted(
                  log.id(i),
                  grainy ? log.submit(i) / grainS * grainS : log.submit(i),
                  run,
                  log.asked(i),
                  log.asked(i),
                  limit,
                  log.user(i)));
    }
    Path file = Files.writeString(folder.resolve("log" + seed + ".swf"), lines);
    return ReplayJobs.of(SwfReader.read(file), PROCS);
  }

  private static ReplayResult replay(ReplayJobs jobs, Estimates estimates) {
    return replay(jobs, estimates, 1);
  }

  private static ReplayResult replay(ReplayJobs jobs, Estimates estimates, int reservations) {
    return Replay.run(
        jobs,
        new ReplaySettings(
            ShortAreaFirst.inSeconds(reservations),
            estimates,
            Correction.REQUESTED,
            PassRule.BATCH));
  }

  @Test
  void everyJobStartsAsInTheReplay() throws IOException, BadLog {
    long promises = 0;
    for (long seed = 1; seed <= 10; seed++) {
      ReplayJobs jobs = log(seed);
      LiveMachine live = new LiveMachine(jobs, true);
      live.run(NEVER);
      assertSameStarts(seed, live, replay(jobs, Estimates.LEARNT));
      promises += live.promised.size();
      live.promised.forEach((index, promised) ->
          assertThat(live.start[index])
              .as("a promise is kept within an hour")
              .isLessThanOrEqualTo(promised + 3_600));
    }
    assertThat(promises).as("promises: else nothing was tested").isGreaterThan(50);
  }

  @Test
  void promisesToManyAreKeptToTheSecondAndAsInTheReplay() throws IOException, BadLog {
    long promises = 0;
    for (long seed = 1; seed <= 9; seed++) {
      ReplayJobs jobs = log(seed);
      int reservations = seed % 3 == 0 ? 2 : seed % 3 == 1 ? 5 : 1_000;
      LiveMachine live =
          new LiveMachine(
              jobs, true, new SchedulingDefined(PlanPolicies.DEFAULT, reservations), false);
      live.run(seed % 2 == 0 ? 5 : NEVER);
      assertSameStarts(seed, live, replay(jobs, Estimates.LEARNT, reservations));
      promises += live.promised.size();
      live.promised.forEach((index, promised) ->
          assertThat(live.start[index])
              .as("the promise to job %d is kept", index)
              .isLessThanOrEqualTo(promised));
    }
    assertThat(promises).as("promises: else nothing was tested").isGreaterThan(200);
  }

  /** On a pool and on whole nodes, with and without restarts, also where much happens at once. */
  @Test
  void whereAllArePromisedAStartEachStartsAsInTheReplay() throws IOException, BadLog {
    long promises = 0;
    long movedUp = 0;
    for (long seed = 1; seed <= 12; seed++) {
      ReplayJobs jobs = log(seed, seed % 3 == 0 ? 600 : 2);
      LiveMachine live = new LiveMachine(jobs, true, CONSERVATIVE, seed % 4 > 1);
      live.run(seed % 2 == 0 ? 3 : NEVER);
      assertSameStarts(
          seed,
          live,
          Replay.run(
              jobs,
              new ReplaySettings(
                  KnownPolicy.CONSERVATIVE,
                  Estimates.REQUESTED,
                  Correction.REQUESTED,
                  PassRule.BATCH)));
      promises += live.promised.size();
      movedUp += live.movedUp;
      live.promised.forEach((index, promised) ->
          assertThat(live.start[index])
              .as("the promise to job %d is kept", index)
              .isLessThanOrEqualTo(promised));
    }
    assertThat(promises).as("promises: else nothing was tested").isGreaterThan(1_000);
    assertThat(movedUp).as("earlier promises").isGreaterThan(500);
  }

  @Test
  void restartsFromSnapshotsChangeNoStart() throws IOException, BadLog {
    for (long seed = 1; seed <= 4; seed++) {
      ReplayJobs jobs = log(seed);
      LiveMachine live = new LiveMachine(jobs, true);
      live.run(7);
      assertSameStarts(seed, live, replay(jobs, Estimates.LEARNT));
    }
  }

  @Test
  void aPartitionWithoutPredictionsPlansByLimits() throws IOException, BadLog {
    for (long seed = 1; seed <= 4; seed++) {
      ReplayJobs jobs = log(seed);
      LiveMachine live = new LiveMachine(jobs, false);
      live.run(NEVER);
      assertSameStarts(seed, live, replay(jobs, Estimates.REQUESTED));
    }
  }

  private static void assertSameStarts(long seed, LiveMachine live, ReplayResult replay) {
    for (int i = 0; i < live.start.length; i++) {
      assertThat(live.start[i]).as("seed %d, job %d", seed, i).isEqualTo(replay.start(i));
    }
  }
}
