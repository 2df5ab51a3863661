package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.server.slurm.SlurmSite;

/** slurmctld has another clock than everything else. */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmClockTest {
  private static final int SKEW_S = 90;
  private static final long SKEW_MS = SKEW_S * 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** Times are Slurm's own, to the second, and the difference is said and shown. */
  @Test
  void whatIsObservedHasTheTimesOfSlurm() throws Exception {
    SlurmSite.need();
    SlurmSite.needClock();
    RunningServer server = RunningServer.alone();
    for (String project : new String[] {"polar", "tides"}) {
      server.local("/projects", "project=" + project + "&domain=atmosphere");
    }
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      site.setClock(SKEW_S);
      site.start();
      bridge.enrolment(server.local("/enrolments", "node=slurm1"));
      bridge.start();
      site.await("word of the clock", () -> bridge.said().contains("the clock of slurmctld is "));
      assertThat(bridge.said()).containsPattern("is (8[0-9]|9[01]) s ahead of that of this host");
      long job = site.submit("sleep 2");
      site.await("the end in slurmdbd", () -> times(site, job).length == 3);
      String[] theirs = times(site, job);
      long nowMs = System.currentTimeMillis();
      assertThat(Long.parseLong(theirs[2]) * 1_000).isCloseTo(nowMs + SKEW_MS, within(60_000L));
      String path = "/api/v1/clusters/" + SlurmSite.CLUSTER;
      site.await("the run in the books", () -> ended(server, path + "/jobs/" + job).size() == 1);
      JsonNode ended = ended(server, path + "/jobs/" + job).get(0);
      assertThat(ended.path("submitMs").asLong()).isEqualTo(Long.parseLong(theirs[0]) * 1_000);
      assertThat(ended.path("startMs").asLong()).isEqualTo(Long.parseLong(theirs[1]) * 1_000);
      assertThat(ended.path("endMs").asLong()).isEqualTo(Long.parseLong(theirs[2]) * 1_000);
      JsonNode cluster = read(server, "/api/v1/clusters").path("items").get(0);
      assertThat(cluster.path("clockAheadMs").asLong()).isCloseTo(SKEW_MS, within(10_000L));
      // No time is complete that is still to come here.
      assertThat(cluster.path("completeMs").asLong()).isLessThan(System.currentTimeMillis());
    }
  }

  /** A run that Queqiao decided is billed by the clock of here, and found where its end stands. */
  @Test
  void whatIsDrivenHasTheTimesOfHere() throws Exception {
    SlurmSite.need();
    SlurmSite.needClock();
    RunningServer server = RunningServer.alone();
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      DrivenSlurm slurm = new DrivenSlurm(server, site, bridge);
      site.setClock(-SKEW_S);
      slurm.prepare();
      slurm.drive();
      slurm.awaitNodes();
      assertThat(bridge.said()).containsPattern("is (89|9[0-9]) s behind that of this host");
      long waits = untilItIsLetGo(slurm, "waits");
      long beganMs = System.currentTimeMillis();
      site.awaitSaved();
      site.copyState();
      long lost = untilItIsLetGo(slurm, "lost");

      // slurmctld forgets that it ever had it, and slurmdbd has its end, of a minute and more ago.
      bridge.freeze(true);
      Files.createFile(flag("lost"));
      site.await("the end in slurmdbd", () -> slurm.launched("FAILED").containsKey(lost + ".1"));
      site.kill("slurmctld");
      site.restoreState();
      site.startController();
      bridge.freeze(false);
      site.await("its end", () -> slurm.state(lost).equals("FAILED"));
      assertThat(slurm.document(lost).path("attempt").asInt(1)).isEqualTo(1);

      site.await(
          "a run longer than the clocks differ",
          DrivenSlurm.PATIENCE_MS,
          () -> System.currentTimeMillis() - beganMs > SKEW_MS + 10_000);
      long lastedMs = System.currentTimeMillis() - beganMs;
      Files.createFile(flag("waits"));
      site.await("its end", () -> slurm.state(waits).equals("FAILED"));
      JsonNode document = slurm.document(waits);
      assertThat(document.path("endMs").asLong() - document.path("startMs").asLong())
          .isCloseTo(lastedMs, within(15_000L));
    }
  }

  /** Submission, start and end in slurmdbd, in seconds; less while it has not ended there. */
  private static String[] times(SlurmSite site, long job) throws IOException {
    // By the clock of sacct it is still to come.
    String[] question = {
      "sacct",
      "-n",
      "-P",
      "-X",
      "-S",
      "now-1day",
      "-E",
      "now+1hour",
      "-j",
      "" + job,
      "-o",
      "Submit,Start,End"
    };
    return site.command(question).strip().replaceAll("\\|Unknown$", "").split("\\|");
  }

  private long untilItIsLetGo(DrivenSlurm slurm, String name) throws Exception {
    long job = slurm.submit("until [ -e " + flag(name) + " ]; do sleep 0.1; done; exit 3", "");
    slurm.awaitSlurm(job, "RUNNING");
    return job;
  }

  private Path flag(String name) {
    return folder.resolve("out").resolve(name);
  }

  private static JsonNode ended(RunningServer server, String path) throws Exception {
    return read(server, path).path("runs");
  }

  private static JsonNode read(RunningServer server, String path) throws Exception {
    return JSON.readTree(server.get("admin1", path).body());
  }
}
