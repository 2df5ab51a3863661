package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps on several nodes: a whole server, four agents with their launchers, and real jobs. */
@Timeout(300)
final class StepsEndToEndTest {
  private static final int NODES = 4;
  private static final int CORES = 2;

  private static StepsSite site;
  private static RunningServer server;
  private static Path work;

  @BeforeAll
  static void start() throws Exception {
    site = new StepsSite(NODES, CORES, node -> {});
    server = site.server;
    work = site.work();
  }

  private static long submit(String parameters, String script) throws Exception {
    return site.submit(parameters, script);
  }

  private static String job(long id) throws Exception {
    return site.job(id);
  }

  private static List<String> run(String parameters, String script) throws Exception {
    return site.run(parameters, script);
  }

  @Test
  void aStepRunsItsTasksOnAllNodesWithTheirRanks() throws Exception {
    List<String> lines =
        run(
            "nodes=4&tasks=8",
            "queqiao run sh -c 'echo $SLURM_PROCID $SLURM_LOCALID $SLURM_NODEID $SLURMD_NODENAME"
                + " $RANK $WORLD_SIZE $LOCAL_RANK $SLURM_NTASKS'\n");
    assertThat(new TreeSet<>(lines))
        .isEqualTo(
            new TreeSet<>(
                IntStream.range(0, 8)
                    .mapToObj(i ->
                        i
                            + " "
                            + i % 2
                            + " "
                            + i / 2
                            + " cn"
                            + (i / 2 + 1)
                            + " "
                            + i
                            + " 8 "
                            + i % 2
                            + " 8")
                    .toList()));
  }

  @Test
  void labelsInputAndTheHighestExitCode() throws Exception {
    List<String> lines =
        run(
            "nodes=3&tasks=3",
            "printf 'one\\ntwo\\n' | queqiao run --label cat\n"
                + "queqiao run sh -c 'exit $((SLURM_PROCID * 3))' 2>err-$SLURM_JOB_ID\n"
                + "echo code $?\n");
    assertThat(new TreeSet<>(lines.subList(0, 6)))
        .isEqualTo(
            new TreeSet<>(
                Arrays.asList("0: one", "0: two", "1: one", "1: two", "2: one", "2: two")));
    assertThat(lines.get(6)).isEqualTo("code 6");
  }

  /** Each has three or four descriptors in who starts it, and the usual limit is 1,024. */
  @Test
  void aNodeStartsMoreTasksThanAProcessHasDescriptorsForAndTheyHaveTheLimitOfTheJob()
      throws Exception {
    List<String> lines =
        run(
            "nodes=1",
            "ulimit -Sn 1000\nqueqiao run -O -n 300 sh -c 'ulimit -Sn' | sort | uniq -c\n"
                + "echo code ${PIPESTATUS[0]}\n");
    assertThat(lines.stream().map(String::strip)).containsExactly("300 1000", "code 0");
  }

  @Test
  void outputThatCannotBeWrittenIsSaidAndIsNoSuccess() throws Exception {
    List<String> lines =
        run(
            "nodes=1",
            "queqiao run -n 1 -o /dev/full echo lost 2>&1\necho code $?\n"
                + "queqiao run -n 1 sh -c 'yes | head -n 100000' | head -n 1\n"
                + "echo code ${PIPESTATUS[0]}\n");
    assertThat(lines)
        .containsExactly(
            "queqiao run: what the tasks wrote is not whole: No space left on device",
            "code 1",
            "y",
            "code 0");
  }

  @Test
  void whatAStepLeavesAnywhereIsGoneBeforeTheJobHasEndedAndItsCoresAreGivenAway() throws Exception {
    // On every node a daemon that ignores TERM, outside of the session of its task.
    long id =
        submit(
            "nodes=4&tasks=4&exclusive=true",
            "queqiao run sh -c 'setsid sh -c \"trap : TERM; while :; do sleep 1; done\" & sleep"
                + " 0.2'\n"
                + "queqiao run sh -c 'echo $SLURMD_NODENAME >>steps-'$SLURM_JOB_ID'; exec sleep"
                + " 300'\n");
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobStarted") && event.contains("\"job\":" + id + ","));
    awaitLines(work.resolve("steps-" + id), NODES);
    assertThat(processesOf(id)).hasSizeGreaterThanOrEqualTo(3 * NODES);
    assertThat(server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, "").statusCode())
        .isIn(200, 202, 204);
    server.awaitEnd("researcher1", id);
    assertThat(processesOf(id)).isEmpty();
    assertThat(job(id)).contains("\"state\":\"CANCELLED\"");
    assertThat(server.get("researcher1", "/api/v1/jobs/" + id + "/steps").body())
        .contains("\"step\":0", "\"state\":\"COMPLETED\"", "\"step\":1");
    assertThat(run("nodes=4&tasks=4&exclusive=true", "queqiao run true\n")).isEmpty();
  }

  /** Each says the beginning of a long message and nothing more: the agent keeps a few of them. */
  @Test
  void processesThatSayTooMuchAtATimeAreCutOffAndStepsGoOn() throws Exception {
    List<String> lines =
        run(
            "nodes=1&tasks=1",
            """
            perl -MIO::Socket::UNIX -e '
              $SIG{PIPE} = "IGNORE"; $| = 1;
              for (1 .. 12) {
                my $one = IO::Socket::UNIX->new(Peer => $ENV{QUEQIAO_SOCKET}) or die;
                my $left = 900000;
                syswrite $one, pack("N", 1 << 20);
                while ($left > 0) { $left -= syswrite($one, "x" x 60000) || last; }
                print $left > 0 ? "cut\n" : "kept\n";
                push @all, $one;
              }
              system "queqiao", "run", "echo", "ran";'
            """);
    assertThat(lines.getLast()).isEqualTo("ran");
    assertThat(lines.stream().filter("kept"::equals).count()).isEqualTo(4);
    assertThat(lines.stream().filter("cut"::equals).count()).isEqualTo(8);
  }

  /** Each asks for ever and reads nothing: the agent answers others meanwhile, and cuts it off. */
  @Test
  void processesThatReadNoAnswersHoldUpNobodyAndAreCutOff() throws Exception {
    List<String> lines =
        run(
            "nodes=1&tasks=1",
"""
            perl -MIO::Socket::UNIX -MTime::HiRes=time -e '
              $SIG{PIPE} = "IGNORE"; $| = 1;
              for (1 .. 30) {
                my $one = IO::Socket::UNIX->new(Peer => $ENV{QUEQIAO_SOCKET}) or die;
                $one->blocking(0);
                for (1 .. 700) { syswrite $one, pack("NCNN", 9, 2, 9999, 0); }
                push @all, $one;
              }
              my $start = time;
              system "queqiao", "run", "echo", "ran";
              print time - $start < 15 ? "at once
" : "late
";
              sleep 12;
              my $cut = 0;
              for my $one (@all) {
                my $got;
                do { $got = sysread $one, my $bytes, 1 << 20; } while ($got);
                $cut++ if defined $got;
              }
              print "cut $cut
";'
""");
    assertThat(lines).containsExactly("ran", "at once", "cut 30");
  }

  /**
   * By the socket of its node, from the script and from a task on another node, without a token.
   */
  @Test
  void aJobTellsOfItsCheckpointsItselfAndAnotherProcessOfItsUserDoesNot() throws Exception {
    long id =
        submit(
            "nodes=2&tasks=2",
            "env -i QUEQIAO_SOCKET=$QUEQIAO_SOCKET $(command -v queqiao) checkpoint; echo script"
                + " $?\n"
                + "queqiao run -w $(echo $QUEQIAO_NODE_LIST | cut -d, -f2) queqiao checkpoint;"
                + " echo task $?\n"
                + "echo $QUEQIAO_SOCKET >socket-$SLURM_JOB_ID\n"
                + "until [ -e saved-$SLURM_JOB_ID ]; do sleep 0.1; done\n");
    String told =
        server.events(
            "researcher1",
            "from=0",
            event ->
                event.contains("event: RunCheckpointed") && event.contains("\"job\":" + id + ","));
    assertThat(told).contains("RunCheckpointed");
    awaitLines(work.resolve("socket-" + id), 1);
    ProcessBuilder outside = new ProcessBuilder(site.program.toString(), "checkpoint");
    outside
        .environment()
        .put("QUEQIAO_SOCKET", Files.readString(work.resolve("socket-" + id)).strip());
    Process stranger = outside.redirectErrorStream(true).start();
    String words =
        new String(
            stranger.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(stranger.waitFor()).isEqualTo(1);
    assertThat(words).contains("belongs to no job on this node");
    Files.createFile(work.resolve("saved-" + id));
    server.awaitEnd("researcher1", id);
    assertThat(Files.readAllLines(work.resolve("out-" + id))).containsExactly("script 0", "task 0");
  }

  private static void awaitLines(Path file, int count) throws Exception {
    long until = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(file) || Files.readAllLines(file).size() < count) {
      assertThat(System.nanoTime()).as("lines in " + file).isLessThan(until);
      java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
    }
  }

  /** Processes whose control group is that of a run of the job, on any of the nodes. */
  private static List<Path> processesOf(long job) throws Exception {
    try (var all = Files.list(Path.of("/proc"))) {
      return all.filter(each -> each.getFileName().toString().matches("\\d+"))
          .filter(each -> belongs(each, job))
          .toList();
    }
  }

  private static boolean belongs(Path process, long job) {
    try {
      return Files.readString(process.resolve("cgroup")).contains("/" + job + ".1\n")
          && !Files.readString(process.resolve("stat")).contains(") Z ");
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void theOutputOfARunningJobIsFollowedToItsEndByItsOwnerAlone() throws Exception {
    long id =
        submit(
            "nodes=1",
            "echo first; until [ -e go-$SLURM_JOB_ID ]; do sleep 0.1; done; echo last\n");
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobStarted") && event.contains("\"job\":" + id + ","));
    String path = "/api/v1/jobs/" + id + "/output/tail";
    assertThat(server.get("researcher2", path).statusCode()).isIn(403, 404);
    HttpResponse<java.io.InputStream> tail =
        server
            .http()
            .send(
                server
                    .request("researcher1", path)
                    .timeout(java.time.Duration.ofSeconds(90))
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    assertThat(tail.statusCode()).isEqualTo(200);
    StringBuilder output = new StringBuilder();
    boolean end = false;
    try (var lines =
        new java.io.BufferedReader(
            new java.io.InputStreamReader(tail.body(), java.nio.charset.StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        end |= line.equals("event: end");
        if (line.contains("\"base64\":\"")) {
          String text = line.substring(line.indexOf("base64") + 9, line.lastIndexOf('"'));
          output.append(
              new String(
                  java.util.Base64.getDecoder().decode(text),
                  java.nio.charset.StandardCharsets.UTF_8));
          if (output.toString().equals("first\n")) {
            Files.createFile(work.resolve("go-" + id));
          }
        }
      }
    }
    assertThat(output.toString()).isEqualTo("first\nlast\n");
    assertThat(end).isTrue();
  }
}
