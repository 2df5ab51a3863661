package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.function.Predicate;
import org.queqiao.server.slurm.SlurmSite;

/** What a user sees of an observed cluster while its jobs run; a core second costs a thousand. */
final class ObservedNow {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CLUSTER = "/api/v1/clusters/" + SlurmSite.CLUSTER;

  /** What a second of a job of so many cores costs, in micro-units. */
  private static final long CORES = 3;

  private static final long MICRO_PER_CORE_MS = 1;

  private final RunningServer server;
  private final SlurmSite site;
  private final int others;

  /**
   * What is seen of a job that it submits.
   *
   * @param others cores of jobs that run already
   */
  ObservedNow(RunningServer server, SlurmSite site, int others) {
    this.server = server;
    this.site = site;
    this.others = others;
  }

  void isShownAndMeteredWhileItRuns() throws Exception {
    long job = site.submit("srun -N1 -n1 sleep 300", "-n" + CORES, "-t5", "-Apolar", "--requeue");
    JsonNode running =
        await("/jobs/" + job, all -> all.path("now").path("coreMs").asLong() >= 3_000).path("now");
    assertThat(running.path("state").asText()).isEqualTo("RUNNING");
    assertThat(running.path("project").asText()).isEqualTo("polar");
    assertThat(running.path("user").asText()).isEqualTo("root");
    assertThat(running.path("cores").asLong()).isEqualTo(CORES);
    assertThat(running.path("restarts").asLong()).isZero();
    costsWhatItUsed(running);
    await("/jobs/" + job, all -> hasStep(all.path("now"), "0"));
    JsonNode nodes = await("/nodes", all -> all.path("items").size() == 8);
    assertThat(busy(nodes)).isEqualTo(others + CORES);
    assertThat(await("/partitions", all -> true).path("items").path(0).path("name").asText())
        .isEqualTo("batch");
    onlyForThoseWhoMaySeeIt(job);
    requeued(job);
  }

  /** The hours add up to the whole, and the whole is what the tariff says. */
  private static void costsWhatItUsed(JsonNode running) {
    long coreMs = 0;
    long costMicro = 0;
    for (JsonNode hour : running.path("hours")) {
      coreMs += hour.path("coreMs").asLong();
      costMicro += hour.path("costMicro").asLong();
      assertThat(hour.path("currency").asText()).isEqualTo("CNY");
    }
    assertThat(coreMs).isEqualTo(running.path("coreMs").asLong());
    assertThat(costMicro)
        .isEqualTo(running.path("costMicro").asLong())
        .isEqualTo(coreMs * MICRO_PER_CORE_MS);
  }

  private void onlyForThoseWhoMaySeeIt(long job) throws Exception {
    HttpResponse<String> other = server.get("researcher1", CLUSTER + "/jobs/" + job);
    assertThat(other.statusCode()).as(other.body()).isEqualTo(404);
    assertThat(JSON.readTree(server.get("researcher1", CLUSTER + "/jobs").body()).path("items"))
        .isEmpty();
    assertThat(server.get("admin1", "/api/v1/clusters/other/nodes").body())
        .contains("no cluster other is observed");
    assertThat(
            server.send(server.request("admin1", CLUSTER + "/jobs", "Accept", "text/plain")).body())
        .contains("RUNNING");
  }

  /** Each run is billed by itself, and exactly what Slurm says of it. */
  private void requeued(long job) throws Exception {
    site.command("scontrol", "requeue", "" + job);
    long requeuedNanos = System.nanoTime();
    // Slurm would wait two minutes. A job that begins again in the second in which its node was
    // told
    // to end it is refused there, and then it is over.
    site.await(
        "requeued job",
        60_000,
        () -> {
          if (System.nanoTime() - requeuedNanos > 3_000_000_000L) {
            site.tried("scontrol", "update", "JobId=" + job, "StartTime=now");
          }
          return site.command("squeue", "-h", "-j", "" + job, "-o", "%T").startsWith("RUNNING");
        });
    JsonNode again =
        await(
            "/jobs/" + job,
            all ->
                all.path("now").path("restarts").asLong() == 1
                    && all.path("now").path("coreMs").asLong() >= 3_000);
    costsWhatItUsed(again.path("now"));
    site.command("scancel", "" + job);
    JsonNode ended =
        await("/jobs/" + job, all -> all.path("runs").size() == 2 && all.path("now").isNull());
    for (JsonNode run : ended.path("runs")) {
      long ranMs = run.path("endMs").asLong() - run.path("startMs").asLong();
      assertThat(run.path("coreMs").asLong()).isEqualTo(CORES * ranMs).isPositive();
      assertThat(run.path("chargeMicro").asLong()).isEqualTo(CORES * ranMs * MICRO_PER_CORE_MS);
    }
    assertThat(ended.path("runs").path(0).path("detail").asText()).endsWith("REQUEUED");
    assertThat(ended.path("runs").path(1).path("coreMs").asLong())
        .as("what it cost at its end")
        .isGreaterThanOrEqualTo(again.path("now").path("coreMs").asLong());
  }

  private static boolean hasStep(JsonNode job, String id) {
    for (JsonNode step : job.path("steps")) {
      if (step.path("id").asText().equals(id)) {
        return step.path("state").asText().equals("RUNNING");
      }
    }
    return false;
  }

  private static long busy(JsonNode nodes) {
    long busy = 0;
    for (JsonNode node : nodes.path("items")) {
      busy += node.path("coresBusy").asLong();
    }
    return busy;
  }

  private JsonNode await(String path, Predicate<JsonNode> condition) throws Exception {
    JsonNode[] last = new JsonNode[1];
    site.await(
        path + " as wanted",
        60_000,
        () -> {
          last[0] = JSON.readTree(server.get("admin1", CLUSTER + path).body());
          return condition.test(last[0]);
        });
    return last[0];
  }
}
