package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.server.gateway.NodeProcesses;

/** Steps where launcher, agent and jobs are one ordinary user, without control groups. */
@Timeout(300)
final class SingleUserStepsEndToEndTest {
  private static StepsSite site;

  @BeforeAll
  static void start() throws Exception {
    site = new StepsSite(2, 2, NodeProcesses::singleUser);
  }

  @Test
  void aStepRunsItsTasksOnBothNodesWithLabelsInputAndTheHighestExitCode() throws Exception {
    List<String> lines =
        site.run(
            "nodes=2&tasks=4",
            "echo word | queqiao run --label sh -c 'read line; echo $line $SLURM_NODEID $RANK $WORLD_SIZE'\n"
                + "queqiao run sh -c 'exit $((SLURM_PROCID * 3))' 2>err-$SLURM_JOB_ID\n"
                + "echo code $?\n");
    assertThat(lines.subList(0, 4))
        .containsExactlyInAnyOrder(
            "0: word 0 0 4", "1: word 0 1 4", "2: word 1 2 4", "3: word 1 3 4");
    assertThat(lines.subList(4, lines.size())).containsExactly("code 9");
  }

  @Test
  void aProcessOfTheSameUserOutsideOfItsJobsGetsNoStep() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(site.program.toString(), "run", "true").redirectErrorStream(true);
    builder
        .environment()
        .put(
            "QUEQIAO_SOCKET", site.nodes.getFirst().folder().resolve("jobs/agent.sock").toString());
    builder.environment().put("QUEQIAO_JOB_ID", "1");
    if (NodeProcesses.currentUid() == 0) {
      String uid = Integer.toString(site.server.jobUid());
      builder
          .command()
          .addAll(0, List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
    }
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isNotZero();
    assertThat(said).contains("no job");
  }

  @Test
  void whatAStepLeavesOnAnyNodeIsGoneWhenItsJobIsCancelled() throws Exception {
    long id =
        site.submit(
            "nodes=2&tasks=2",
            "queqiao run sh -c 'setsid sh -c \"trap : TERM; while :; do sleep 1; done\" &"
                + " echo $! >>left-'$SLURM_JOB_ID'; exec sleep 300'\n");
    Path left = site.work().resolve("left-" + id);
    site.awaitStart(id);
    long until = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(left) || Files.readAllLines(left).size() < 2) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(200_000_000);
    }
    List<Path> processes =
        Files.readAllLines(left).stream().map(pid -> Path.of("/proc", pid)).toList();
    assertThat(processes).allMatch(Files::exists);
    assertThat(site.server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, "").statusCode())
        .isIn(200, 202, 204);
    site.server.awaitEnd("researcher1", id);
    assertThat(processes).noneMatch(Files::exists);
    assertThat(site.job(id)).contains("\"state\":\"CANCELLED\"");
  }
}
