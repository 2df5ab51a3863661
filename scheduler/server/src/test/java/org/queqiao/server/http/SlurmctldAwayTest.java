package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.server.slurm.SlurmSite;

/** The bridge is started while slurmctld is away. */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmctldAwayTest {
  private static final long SILENT_MS = 30_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private RunningServer server;

  @Test
  void nodesComeWithSlurmctldAndThoseThatWereThereStayUntilThen() throws Exception {
    SlurmSite.need();
    server = RunningServer.configured("agents: {silentMs: " + SILENT_MS + "}\n");
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      site.configure("MessageTimeout=5");
      DrivenSlurm slurm = new DrivenSlurm(server, site, bridge);
      slurm.prepare();
      site.kill("slurmctld");
      slurm.drive();
      String missing = "no word of Slurm: Unable to contact slurm controller";
      site.await("word that slurmctld is away", () -> bridge.said().contains(missing));
      assertThat(nodesUp()).isZero();
      site.startController();
      slurm.awaitNodes();
      assertThat(count(bridge.said(), missing)).as("said once").isEqualTo(1);

      Path flag = folder.resolve("out/flag");
      long job = slurm.submit("until [ -e " + flag + " ]; do sleep 0.1; done; exit 4", "");
      slurm.awaitSlurm(job, "RUNNING");
      site.command("scontrol", "update", "NodeName=sn8", "State=DRAIN", "Reason=test");
      site.await("sn8 away", DrivenSlurm.PATIENCE_MS, () -> nodesUp() == 7);
      site.awaitSaved();
      bridge.kill();
      site.kill("slurmctld");
      slurm.drive();
      site.await("nodes as they were", () -> bridge.said().contains("7 nodes are as they were"));
      long waits = slurm.submit("exit 0", "");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SILENT_MS + 10_000));
      assertThat(nodesUp()).isEqualTo(7);
      assertThat(slurm.state(job)).isEqualTo("RUNNING");
      Files.createFile(flag);
      site.startController();
      site.await("end of the job", () -> slurm.state(job).equals("FAILED"));
      assertThat(slurm.document(job).path("exitCode").asInt()).isEqualTo(4);
      site.await("end of the next", () -> slurm.state(waits).equals("COMPLETED"));
      site.await("both in slurmdbd", () -> slurm.launched().size() > 1);
      assertThat(slurm.launched()).containsOnlyKeys(job + ".1", waits + ".1");
    }
  }

  private long nodesUp() throws Exception {
    JsonNode all = JSON.readTree(server.get("admin1", "/api/v1/nodes").body());
    long up = 0;
    for (JsonNode each : all.path("items")) {
      up += each.path("state").asText().equals("UP") ? 1 : 0;
    }
    return up;
  }

  private static long count(String text, String part) {
    return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
  }
}
