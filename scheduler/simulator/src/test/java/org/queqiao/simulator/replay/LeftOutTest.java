package org.queqiao.simulator.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.core.plan.KnownPolicy;
import org.queqiao.core.predict.Correction;
import org.queqiao.simulator.swf.SwfReader;

/** A replay says how many jobs of the log it did not run, and why. */
final class LeftOutTest {
  /** Number, submission, run time, processors allocated and asked for, time asked for. */
  private static String line(int id, int submit, int run, int got, int asked, int limit) {
    return id
        + " "
        + submit
        + " 0 "
        + run
        + " "
        + got
        + " -1 -1 "
        + asked
        + " "
        + limit
        + " -1 1 1 1 1 1 1 -1 -1";
  }

  @Test
  void whatIsLeftOutIsCountedByWhy(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log.swf");
    Files.write(
        log,
        List.of(
            line(1, 0, 10, 4, 4, 20),
            line(2, 1, 0, 4, 4, 20),
            line(3, 2, -1, 4, 4, 20),
            line(4, 3, 10, 0, 0, 20),
            line(5, 4, 10, 4, 4, -1),
            line(6, 5, 10, 9, 9, 20),
            line(7, 6, 10, 8, 8, 20)));
    ReplayJobs jobs = ReplayJobs.of(SwfReader.read(log), 8);
    assertThat(jobs.count()).isEqualTo(2);
    assertThat(jobs.leftOut().all() + jobs.count()).isEqualTo(7);
    ReplayResult result =
        Replay.run(
            jobs,
            new ReplaySettings(
                KnownPolicy.EASY, Estimates.REQUESTED, Correction.REQUESTED, PassRule.BATCH));
    assertThat(ReplayReport.text(result))
        .contains(
            "left out of the log    5 (2 never ran, 2 without processors, time or submission,"
                + " 1 too large)");
    assertThat(ReplayReport.json(result))
        .contains("\"leftOut\":{\"jobs\":5,\"neverRan\":2,\"unsaid\":2,\"tooLarge\":1}");
  }
}
