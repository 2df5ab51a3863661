package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.server.slurm.SlurmSite;

/** Devices and memory of the nodes of a real Slurm that launches what Queqiao decides. */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmDrivenDevicesTest {
  private static final String TWO_NODES =
      ",\"nodes\":2,\"tasks\":2,\"memBytes\":209715200"
          + ",\"gres\":[{\"name\":\"gpu\",\"type\":\"a100\",\"count\":1}]";
  private static final String ALL_OF_A_NODE =
      ",\"nodeList\":\"sn5\",\"gres\":[{\"name\":\"gpu\",\"count\":2}]";
  private static final String OTHERS_ELSEWHERE =
      ",\"components\":[{\"nodes\":1,\"tasks\":1,\"gres\":[{\"name\":\"gpu\",\"count\":2}]}]";

  /** As much CPU time as it gets in two seconds. */
  private static final String BUSY = "timeout 2 sh -c 'while :; do :; done'; ";

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void areGivenBySlurmAsTheyWereDecided() throws Exception {
    SlurmSite.need();
    RunningServer server = RunningServer.alone();
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      DrivenSlurm slurm = new DrivenSlurm(server, site, bridge);
      slurm.prepare();
      slurm.drive();
      slurm.awaitNodes();
      Path out = folder.resolve("out");
      Path flag = out.resolve("flag");
      String untilFlag = "until [ -e " + flag + " ]; do sleep 0.1; done";
      long both =
          slurm.submit("env >" + out.resolve("variables") + "; " + BUSY + untilFlag, TWO_NODES);
      long first = slurm.submit(untilFlag, ALL_OF_A_NODE);
      long second = slurm.submit("exit 0", ALL_OF_A_NODE);
      long otherwise = slurm.submit("exit 0", OTHERS_ELSEWHERE);
      slurm.awaitSlurm(both, "RUNNING");
      slurm.awaitSlurm(first, "RUNNING");
      site.await(
          "end of the one that Slurm cannot have",
          DrivenSlurm.PATIENCE_MS,
          () -> slurm.state(otherwise).equals("FAILED"));
      assertThat(slurm.document(otherwise).toString())
          .contains("a job of Slurm has the same devices on each node");
      // There are two devices on that node, and the first job has both.
      assertThat(slurm.state(second)).isEqualTo("PENDING");
      Files.createFile(flag);
      for (long job : new long[] {both, first, second}) {
        site.await(
            "end of job " + job,
            DrivenSlurm.PATIENCE_MS,
            () -> slurm.state(job).equals("COMPLETED"));
      }
      site.awaitEnd(DrivenSlurm.PATIENCE_MS);
      // slurmdbd hears of a short run when it is over.
      site.await(
          "both jobs in slurmdbd",
          DrivenSlurm.PATIENCE_MS,
          () -> !given(site, both).isEmpty() && !given(site, first).isEmpty());
      assertThat(given(site, both)).contains("gres/gpu=2", "gres/gpu:a100=2", "mem=400M");
      assertThat(given(site, first)).contains("gres/gpu=2", "node=1");
      assertThat(given(site, otherwise)).isEmpty();
      assertThat(slurm.document(both).path("nodes")).hasSize(2);
      assertThat(Files.readAllLines(out.resolve("variables")))
          .contains("SLURM_CONF=" + site.configuration())
          .contains("QUEQIAO_DEVICES_PER_NODE=gpu:1(x2)")
          .contains("SLURM_GPUS_ON_NODE=1");
      isTold(server, site, both);
    }
  }

  /** What a job used comes from slurmdbd after its end; what Slurm does not tell is not blank. */
  private static void isTold(RunningServer server, SlurmSite site, long job) throws Exception {
    String path = "/api/v1/jobs/" + job + "/metrics";
    site.await(
        "what job " + job + " used",
        DrivenSlurm.PATIENCE_MS,
        () ->
            JSON.readTree(server.get("researcher1", path).body()).path("totals").has("cpuUserUs"));
    JsonNode metrics = JSON.readTree(server.get("researcher1", path).body());
    assertThat(metrics.path("totals").path("cpuUserUs").asLong())
        .as(
            site.command(
                "sacct",
                "-a",
                "-n",
                "-P",
                "-S",
                "now-1day",
                "-o",
                "JobID,State,End,UserCPU,SystemCPU,TotalCPU,MaxRSS,TRESUsageInTot"))
        .isBetween(50_000L, 60_000_000L);
    assertThat(metrics.path("totals").has("cpuSystemUs")).isTrue();
    assertThat(metrics.path("missing"))
        .anySatisfy(each -> {
          assertThat(each.path("counter").asText()).isEqualTo("instructions");
          assertThat(each.path("reason").asText()).startsWith("Slurm launches them");
        });
  }

  /** What Slurm says that a job had. */
  private static List<String> given(SlurmSite site, long job) throws IOException {
    return site.command(
            "sacct", "-a", "-X", "-n", "-P", "-S", "now-1day", "-o", "JobName%60,AllocTRES")
        .lines()
        .filter(line -> line.startsWith("queqiao:" + job + "."))
        .flatMap(line -> List.of(line.split("\\|")[1].split(",")).stream())
        .toList();
  }
}
