package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.server.slurm.SlurmSite;

/**
 * slurmctld keeps its state every few seconds. Killed and started again it has runs as alive that
 * ended meanwhile, and nobody tells it: here an earlier state is put back while it is away.
 */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmRestoredStateTest {
  @TempDir Path folder;

  private SlurmSite site;
  private DrivenSlurm slurm;

  @Test
  void whatSlurmdbdHasAsEndedHasEndedThoughSlurmctldTakesItForAlive() throws Exception {
    SlurmSite.need();
    RunningServer server = RunningServer.alone();
    try (SlurmSite own = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, own.configuration())) {
      site = own;
      // Its nodes do not find out meanwhile what has ended.
      site.configure("BatchStartTimeout=3600");
      slurm = new DrivenSlurm(server, site, bridge);
      slurm.prepare();
      slurm.drive();
      slurm.awaitNodes();
      long first = waiting("first", 2);
      long second = waiting("second", 3);
      long third = waiting("third", 4);
      long goesOn = waiting("on", 5);
      long requeued = waiting("requeued", 6);
      requeue(requeued);

      // The bridge does not see the end, and sees that slurmctld was started anew.
      keep();
      bridge.freeze(true);
      endUnseen("first", first);
      comeBack(first);
      bridge.freeze(false);
      awaitEnd(first, 2);
      aliveStill(second, third, goesOn, requeued);
      awaitGone(first);

      // It sees it while slurmctld is away.
      keep();
      bridge.freeze(true);
      endUnseen("second", second);
      bridge.freeze(false);
      awaitEnd(second, 3);
      comeBack(second);
      awaitGone(second);
      assertThat(slurm.document(second).path("exitCode").asInt()).isEqualTo(3);

      // It was away itself.
      keep();
      bridge.kill();
      endUnseen("third", third);
      comeBack(third);
      slurm.drive();
      awaitEnd(third, 4);
      aliveStill(goesOn, requeued);
      awaitGone(third);

      end("on");
      end("requeued");
      awaitEnd(goesOn, 5);
      awaitEnd(requeued, 6);
      for (long job : List.of(first, second, third, goesOn, requeued)) {
        assertThat(slurm.document(job).path("attempt").asInt(1)).isEqualTo(1);
      }
      assertThat(records(goesOn)).hasSize(1);
      assertThat(records(requeued)).hasSize(2);
    }
  }

  /** Starts a job that runs until it is let go. */
  private long waiting(String name, int code) throws Exception {
    long job =
        slurm.submit("until [ -e " + flag(name) + " ]; do sleep 0.1; done; exit " + code, "");
    slurm.awaitSlurm(job, "RUNNING");
    return job;
  }

  private Path flag(String name) {
    return folder.resolve("out").resolve(name);
  }

  private void end(String name) throws IOException {
    Files.createFile(flag(name));
  }

  private void keep() throws IOException {
    site.awaitSaved();
    site.copyState();
  }

  /** The run ends, slurmdbd knows it, and slurmctld is killed. */
  private void endUnseen(String name, long job) throws Exception {
    end(name);
    site.await(
        "end of " + name + " in slurmdbd", () -> records(job).getLast().startsWith("FAILED"));
    site.kill("slurmctld");
    site.restoreState();
  }

  private void comeBack(long job) throws IOException {
    site.startController();
    assertThat(alive(job)).as("slurmctld has it as alive").isTrue();
  }

  /** Requeued by hand it is another record of slurmdbd, of the same number. */
  private void requeue(long job) throws IOException {
    String number = numberOf(job);
    site.command("scontrol", "update", "JobId=" + number, "Requeue=1");
    site.command("scontrol", "requeue", number);
    site.await(
        "the job to wait again",
        () -> site.command("squeue", "-h", "-j", number, "-o", "%T").strip().equals("PENDING"));
    // Not within the second of its end: its node takes it for the job that was just ended.
    site.command("scontrol", "update", "JobId=" + number, "StartTime=now+3seconds");
    slurm.awaitSlurm(job, "RUNNING");
    site.await("two records", () -> records(job).size() == 2);
  }

  private String numberOf(long job) throws IOException {
    return live().filter(line -> line.contains(mark(job))).findFirst().orElseThrow().split(" ")[0];
  }

  private boolean alive(long job) throws IOException {
    return live().anyMatch(line -> line.contains(mark(job)));
  }

  private Stream<String> live() throws IOException {
    return site.command("squeue", "-h", "-t", "RUNNING", "-o", "%i %j").lines();
  }

  private static String mark(long job) {
    return "queqiao:" + job + ".1:";
  }

  private List<String> records(long job) throws IOException {
    return site.command(
            "sacct", "-a", "-D", "-X", "-n", "-P", "-S", "now-1day", "-o", "State,JobName%60")
        .lines()
        .filter(line -> line.contains(mark(job)))
        .toList();
  }

  private void awaitEnd(long job, int code) throws Exception {
    site.await("end of job " + job, () -> slurm.state(job).equals("FAILED"));
    assertThat(slurm.document(job).path("exitCode").asInt()).isEqualTo(code);
  }

  /** What slurmctld took for alive is ended there too, or its cores would stay taken. */
  private void awaitGone(long job) throws IOException {
    site.await("job " + job + " gone from slurmctld", () -> !alive(job));
  }

  private void aliveStill(long... jobs) throws Exception {
    for (long job : jobs) {
      assertThat(slurm.state(job)).isEqualTo("RUNNING");
      assertThat(alive(job)).isTrue();
    }
  }
}
