package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.server.Installed;
import org.queqiao.testkit.TestSize;

/** What tasks of steps get, what is refused, terminals and ends: two agents with two cores each. */
@Timeout(900)
final class StepsDetailsEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static StepsSite site;

  @BeforeAll
  static void start() throws Exception {
    site = new StepsSite(2, 2, node -> node.devices("gpu 0 /dev/zero\ngpu 1 /dev/random\n"));
  }

  /** The number of each core in a list such as {@code 0-2,5}. */
  private static TreeSet<Integer> cores(String list) {
    TreeSet<Integer> out = new TreeSet<>();
    for (String range : list.split(",")) {
      String[] ends = range.split("-");
      for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
        out.add(i);
      }
    }
    return out;
  }

  @Test
  void eachRankHasCoresOfItsOwnAmongThoseOfItsNode() throws Exception {
    String mask =
        " sh -c 'echo $SLURMD_NODENAME $RANK $QUEQIAO_CPU_BIND $QUEQIAO_CORES"
            + " $(sed -n \"s/^Cpus_allowed_list:.//p\" /proc/self/status)'\n";
    List<String> lines =
        site.run(
            "nodes=2&tasks=4",
            "queqiao run --tasks-per-node 2"
                + mask
                + "echo -- \n queqiao run -n 2 -c 2"
                + mask
                + "echo --\n queqiao run -n 2 --cpu-bind none"
                + mask);
    Map<String, TreeSet<Integer>> used = new TreeMap<>();
    int part = 0;
    for (String line : lines) {
      String[] words = line.split(" ");
      if (words[0].equals("--")) {
        part++;
        continue;
      }
      TreeSet<Integer> own = cores(words[4]);
      assertThat(cores(words[3])).as(line).containsAll(own);
      assertThat(words[2]).isEqualTo(part == 2 ? "none" : "cores");
      assertThat(own).as(line).hasSize(part == 0 ? 1 : 2);
      if (part == 0) {
        TreeSet<Integer> others = used.computeIfAbsent(words[0], _ -> new TreeSet<>());
        assertThat(others).as(line).doesNotContainAnyElementsOf(own);
        others.addAll(own);
      }
    }
    assertThat(lines).hasSize(4 + 1 + 2 + 1 + 2);
    assertThat(used.keySet()).containsExactly("cn1", "cn2");
  }

  @Test
  void eachTaskSeesTheDevicesThatItsJobHasOnItsNode() throws Exception {
    long holder =
        site.submit(
            "nodes=1&nodeList=cn1&gres=gpu:1",
            "until [ -e free ]; do sleep 0.2; done; rm free; exit 0\n");
    site.awaitStart(holder);
    List<String> lines =
        site.run(
            "nodes=2&tasks=2&gres=gpu:1",
            "queqiao run sh -c 'echo $SLURMD_NODENAME $CUDA_VISIBLE_DEVICES $SLURM_JOB_GPUS"
                + " $(head -c1 /dev/zero >/dev/null 2>&1 && echo zero)"
                + " $(head -c1 /dev/random >/dev/null 2>&1 && echo random)'\n");
    Files.createFile(site.work().resolve("free"));
    site.server.awaitEnd("researcher1", holder);
    assertThat(lines).containsExactlyInAnyOrder("cn1 0 1 random", "cn2 0 0 zero");
  }

  /** One command, the code that it ends with, and words of what it says. */
  private record Refused(String command, int code, String words) {}

  @Test
  void whatCannotBeIsRefusedWithTheReason() throws Exception {
    List<Refused> all =
        List.of(
            new Refused("-n 70000 true", 2, "--tasks is a number from 1 to 65536, not: 70000"),
            new Refused("-n 5 true", 2, "do not fit the cores of the job on 2 nodes"),
            new Refused("-n 2 -c 3 true", 2, "2 tasks with 3 cores each do not fit the cores"),
            new Refused("-w cn9 true", 2, "node cn9 is not of this job, which has cn1,cn2"),
            new Refused("-N 3 true", 2, "3 nodes are asked for and there are 2"),
            new Refused("/no/such/program", 127, "/no/such/program: No such file or directory"),
            new Refused("-D /no/such/folder true", 126, "/no/such/folder: No such file"),
            new Refused("-i /no/such/input cat", 1, "/no/such/input: No such file or directory"),
            new Refused("-i 9 cat", 2, "the rank that --input names is not of this step"),
            new Refused("-o /no/such/out-%t true", 126, "open the output: No such file"),
            new Refused("-o /no/such/out true", 1, "/no/such/out: No such file"),
            new Refused("--cpu-bind=threads true", 2, "--cpu-bind is cores or none, not: threads"),
            new Refused("--label=x true", 2, "an option is unknown or lacks its value"),
            new Refused("--pty -n 2 true", 2, "--pty is for one task"),
            new Refused("-n 2", 2, "the command is missing"));
    StringBuilder script = new StringBuilder("exec 2>&1\n");
    for (Refused each : all) {
      script.append("queqiao run ").append(each.command()).append("\necho \"== $?\"\n");
    }
    script.append("queqiao run true && echo well\n");
    List<String> said =
        List.of(
            String.join("\n", site.run("nodes=2&tasks=2&exclusive=true", script.toString()))
                .split("== "));
    for (int i = 0; i < all.size(); i++) {
      assertThat(said.get(i)).as(all.get(i).command()).contains(all.get(i).words());
      assertThat(said.get(i + 1)).as(all.get(i).command()).startsWith(all.get(i).code() + "\n");
    }
    assertThat(said.getLast()).endsWith("well");
  }

  @Test
  void aProcessOfNoJobGetsNoStepWhoeverItIs() throws Exception {
    Path socket = site.nodes.getFirst().folder().resolve("jobs/agent.sock");
    for (List<String> as :
        List.of(List.<String>of(), List.of("setpriv", "--reuid=1", "--clear-groups"))) {
      List<String> command = new ArrayList<>(as);
      command.addAll(List.of(site.program.toString(), "run", "true"));
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      // All that a process of a job has in its environment is known to others as well.
      builder
          .environment()
          .putAll(
              Map.of(
                  "QUEQIAO_SOCKET",
                  socket.toString(),
                  "QUEQIAO_JOB_ID",
                  "1",
                  "QUEQIAO_NODE",
                  "cn1",
                  "QUEQIAO_NODE_LIST",
                  "cn1",
                  "QUEQIAO_CORES_PER_NODE",
                  "2",
                  "QUEQIAO_TASKS_PER_NODE",
                  "1"));
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isEqualTo(1);
      assertThat(said).contains("this process belongs to no job on this node");
    }
  }

  /** A person at a terminal: sizes, Ctrl-C, Ctrl-D, exit codes, and a connection that breaks. */
  private static final String TERMINAL =
      """
      import fcntl, os, pty, select, signal, struct, sys, termios, time

      def begin(words, rows=40, columns=100):
          pid, fd = pty.fork()
          if pid == 0:
              time.sleep(0.3)
              os.execvp(words[0], words)
          resize(fd, rows, columns)
          return pid, fd

      def resize(fd, rows, columns):
          fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

      def expect(fd, text):
          seen = b""
          end = time.time() + 60
          while text.encode() not in seen:
              if time.time() > end:
                  print("instead of", text, ":", seen)
                  sys.exit(1)
              if select.select([fd], [], [], 1)[0]:
                  try:
                      seen += os.read(fd, 4096)
                  except OSError:
                      print("ended instead of", text, ":", seen)
                      sys.exit(1)

      def code(pid, fd):
          # What is written must be read, or a terminal does not close.
          try:
              while os.read(fd, 4096):
                  pass
          except OSError:
              pass
          return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

      def say(fd, text):
          os.write(fd, text.encode())

      node = ["-w", sys.argv[1]]
      pid, fd = begin(["queqiao", "shell"] + node)
      say(fd, "PS1=; echo at-$SLURMD_NODENAME-$(tty | cut -c1-9)-$(stty size | tr ' ' x)\\n")
      expect(fd, "at-" + sys.argv[1] + "-/dev/pts/-40x100")
      resize(fd, 50, 120)
      say(fd, "sleep 1; echo now-$(stty size | tr ' ' x)\\n")
      expect(fd, "now-50x120")
      say(fd, "sh -c 'echo be${x}gin; exec sleep 300'\\n")
      expect(fd, "begin")
      time.sleep(0.5)
      say(fd, "\\003")
      say(fd, "echo after-$?\\n")
      expect(fd, "after-130")
      # While the shell turns its terminal, the character for the end of a file is lost.
      say(fd, "(exit 7)\\n")
      time.sleep(1)
      say(fd, "\\004")
      print("shell", code(pid, fd))

      pid, fd = begin(["queqiao", "run", "--pty"] + node + ["sh", "-c", "exit 9"])
      print("command", code(pid, fd))

      for ignores in ("", "trap '' HUP TERM; "):
          pid, fd = begin(["queqiao", "run", "--pty"] + node
                          + ["bash", "-c", ignores + "echo up-$$; while :; do sleep 1; done"])
          seen = b""
          while b"up-" not in seen or not seen.endswith(b"\\n"):
              seen += os.read(fd, 4096)
          task = int(seen.split(b"up-")[1].split()[0])
          start = time.time()
          os.close(fd)
          ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
          while os.path.exists("/proc/%d" % task) and time.time() < start + 30:
              time.sleep(0.1)
          print("lost", ended, "gone" if not os.path.exists("/proc/%d" % task) else "there")
      """;

  @Test
  void aShellHasATerminalOnAnyNodeOfItsJob() throws Exception {
    Installed.need(List.of(Path.of("/usr/bin/python3")), "apt-get install python3");
    Path script = Files.writeString(site.work().resolve("terminal.py"), TERMINAL);
    List<String> lines =
        site.run(
            "nodes=2&tasks=2&exclusive=true&limitMs=150000",
            "export SHELL=/bin/bash TERM=dumb HOME=/\nfor n in cn1 cn2; do python3 "
                + script
                + " $n 2>&1; done\n"
                + "printf 'echo from-a-file; exit 5\\n' | queqiao shell 2>&1 | tr -d '\\r'"
                + " | grep -v '[$#]' ; echo code ${PIPESTATUS[1]}\n"
                + "queqiao shell </dev/null >/dev/null 2>&1; echo none $?\n");
    List<String> each = List.of("shell 7", "command 9", "lost 129 gone", "lost 137 gone");
    List<String> expected = new ArrayList<>(each);
    expected.addAll(each);
    assertThat(lines.subList(0, 8)).as(String.join("\n", lines)).isEqualTo(expected);
    assertThat(lines).contains("from-a-file", "code 5", "none 0");
  }

  @Test
  void theWarningReachesTheTasksOfStepsOnAllNodesOnceAndNotTheScript() throws Exception {
    long id =
        site.submit(
            "nodes=2&tasks=2&limitMs=75000&signal=USR1%4060",
            "queqiao run bash -c 'trap \"echo warned $SLURMD_NODENAME\" USR1;"
                + " for i in {1..100}; do sleep 0.2; done'\n"
                + "echo the script goes on $?\n");
    List<String> lines = site.output(id);
    // What a shell waits for gets the signal too, of which the shell tells.
    assertThat(lines.stream().filter(line -> line.startsWith("warned")))
        .containsExactlyInAnyOrder("warned cn1", "warned cn2");
    assertThat(lines).contains("the script goes on 0");
  }

  /**
   * Those that would end who starts a step, or that its terminal sends too, and some in real time.
   */
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "ABRT", "35", "64"})
  void anySignalReachesTheTasksAndEndsNothingElse(String signal) throws Exception {
    long id =
        site.submit(
            "nodes=2&tasks=2&limitMs=75000&signal=" + signal + "%4070",
            "trap 'echo the script got it' "
                + signal
                + "\nqueqiao run bash -c 'trap \"echo warned $SLURMD_NODENAME\" "
                + signal
                + "; for i in {1..100}; do sleep 0.1; done'\n"
                + "echo the script goes on $?\n");
    List<String> lines = site.output(id);
    assertThat(lines.stream().filter(line -> line.startsWith("warned")))
        .as(String.join("\n", lines))
        .containsExactlyInAnyOrder("warned cn1", "warned cn2");
    assertThat(lines).contains("the script goes on 0").doesNotContain("the script got it");
  }

  @Test
  void killAsAWarningEndsTheStepAloneAndTermTheScriptAlone() throws Exception {
    long steps =
        site.submit(
            "nodes=2&tasks=2&limitMs=75000&signal=KILL%4070",
            "queqiao run sleep 60\necho the script goes on $?\n");
    assertThat(site.output(steps)).contains("the script goes on 137");
    long script =
        site.submit(
            "nodes=1&tasks=1&limitMs=75000&signal=B%3ATERM%4070",
            "trap 'echo got it; exit 3' TERM; for i in {1..600}; do sleep 0.1; done\n");
    assertThat(site.output(script)).contains("got it");
    assertThat(JSON.readTree(site.job(script)).path("exitCode").asInt()).isEqualTo(3);
  }

  @Test
  void eachTaskSeesTheGpusThatAreItsOwn() throws Exception {
    String step =
        " sh -c 'echo $SLURM_PROCID sees $CUDA_VISIBLE_DEVICES, which is $SLURM_STEP_GPUS' 2>&1\n";
    List<String> lines =
        site.run(
            "nodes=1&tasks=2",
            "export CUDA_VISIBLE_DEVICES=0,1,2,3 SLURM_JOB_GPUS=2,3,6,7\n"
                + "queqiao run -O -n 2 --gpus-per-task 2"
                + step
                + "QUEQIAO_GPUS_PER_TASK=1 queqiao run -O -n 2"
                + step
                + "QUEQIAO_GPUS_PER_TASK=1 queqiao run -n 1 --gpus-per-task none"
                + step
                + "queqiao run -O -n 2 --gpus-per-task 3"
                + step
                + "echo code $?\n");
    assertThat(lines)
        .contains("0 sees 0,1, which is 2,3", "1 sees 2,3, which is 6,7")
        .contains("0 sees 0, which is 2", "1 sees 1, which is 3")
        .contains("code 126", "0 sees 0,1,2,3, which is", "0 sees 0,1,2, which is 2,3,6")
        .anyMatch(line -> line.contains("fewer GPUs of the job than --gpus-per-task"))
        .noneMatch(line -> line.contains("1 sees 3"));
  }

  @Test
  void theTasksOfAComponentHaveTheGpusThatItAsksForByTaskAndThoseOfOthersTheirs() throws Exception {
    String step =
        " sh -c 'echo $SLURM_PROCID sees $CUDA_VISIBLE_DEVICES by $SLURM_GPUS_PER_TASK.'\n";
    List<String> lines =
        site.run(
            "nodes=1&tasks=1&gresPerTask=gpu:2&components=nodes%3D1%20gres%3Dgpu:1",
            "queqiao run" + step + "queqiao run --gpus-per-task 1" + step);
    assertThat(lines)
        .containsExactlyInAnyOrder(
            "0 sees 0,1 by 2.", "1 sees 0 by .", "0 sees 0 by 1.", "1 sees 0 by 1.");
  }

  /** A daemon of a step on each node: out of its session, without a parent, deaf to TERM. */
  @Test
  void aDaemonThatIgnoresTermIsGoneWithinTheGraceAndPaidForUntilItIs() throws Exception {
    long id =
        site.submit(
            "nodes=2&tasks=2&exclusive=true",
            """
            cat >daemon-$SLURM_JOB_ID <<'END'
            trap "" TERM HUP
            while :; do
              date +%s%3N >>alive-$SLURM_JOB_ID-$SLURMD_NODENAME
              sleep 0.1
            done
            END
            queqiao run sh -c '(setsid sh daemon-$SLURM_JOB_ID &) & wait
              until [ -s alive-$SLURM_JOB_ID-$SLURMD_NODENAME ]; do sleep 0.1; done'
            date +%s%3N >over-$SLURM_JOB_ID
            """);
    site.server.awaitEnd("researcher1", id);
    JsonNode job = JSON.readTree(site.job(id));
    long startMs = job.path("startMs").asLong();
    long endMs = job.path("endMs").asLong();
    long overMs = number("over-" + id);
    for (String node : List.of("cn1", "cn2")) {
      long lastMs = number("alive-" + id + "-" + node);
      // What is left gets TERM, which it ignores, and KILL two seconds later.
      assertThat(lastMs - overMs).as(node + " after the script").isBetween(1_000L, 60_000L);
      assertThat(endMs).as("the end, and the last sign of " + node).isGreaterThanOrEqualTo(lastMs);
    }
    assertThat(endMs - overMs).isBetween(1_500L, 60_000L);
    assertThat(job.path("state").asText()).isEqualTo("COMPLETED");
    JsonNode charge = charge(id);
    assertThat(charge.path("coreMs").asLong()).isEqualTo(2 * 2 * (endMs - startMs));
    assertThat(leftOf(id)).as("processes of the job").isEmpty();
  }

  /** What is posted for a job; its end is posted after it is said. */
  private static JsonNode charge(long id) throws Exception {
    for (int i = 0; i < 150; i++) {
      JsonNode items =
          JSON.readTree(site.server.get("finance1", "/api/v1/charges?job=" + id).body())
              .path("items");
      if (!items.isEmpty()) {
        return items.get(0);
      }
      LockSupport.parkNanos(200_000_000);
    }
    throw new AssertionError("job " + id + " has no charge");
  }

  private static List<ProcessHandle> leftOf(long id) {
    return ProcessHandle.allProcesses()
        .filter(each -> each.info().commandLine().orElse("").endsWith("daemon-" + id))
        .toList();
  }

  private static long number(String file) throws Exception {
    return Long.parseLong(Files.readAllLines(site.work().resolve(file)).getLast());
  }

  /** Ranks meet at MASTER_ADDR and MASTER_PORT, as programs that learn together do. */
  private static final String RENDEZVOUS =
      """
      import os, socket, time

      rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
      address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))

      def lines(connection):
          return connection.makefile("rw", encoding="ascii", newline="\\n")

      mine = "%d %s %s/%s" % (rank, os.environ["SLURMD_NODENAME"], os.environ["LOCAL_RANK"],
                              os.environ["LOCAL_WORLD_SIZE"])
      if rank == 0:
          server = socket.create_server(address, backlog=size)
          others = [lines(server.accept()[0]) for _ in range(size - 1)]
          met = sorted([mine] + [each.readline().strip() for each in others])
          total = sum(int(each.split()[0]) + 1 for each in met)
          for each in others:
              each.write("%d\\n" % total)
              each.flush()
          print("\\n".join(met), flush=True)
      else:
          until = time.time() + 60
          while True:
              try:
                  master = lines(socket.create_connection(address, 5))
                  break
              except OSError:
                  if time.time() > until:
                      raise
                  time.sleep(0.2)
          master.write(mine + "\\n")
          master.flush()
          total = int(master.readline())
      print("sum at %d: %d" % (rank, total), flush=True)
      """;

  @Test
  void ranksOfAProgramThatLearnsMeetAtItsMaster() throws Exception {
    Installed.need(List.of(Path.of("/usr/bin/python3")), "apt-get install python3");
    Path script = Files.writeString(site.work().resolve("rendezvous.py"), RENDEZVOUS);
    // Two steps at a time, each on both nodes: they do not meet each other.
    List<String> lines =
        site.run(
            "nodes=2&tasks=4&exclusive=true",
            "for i in 1 2; do queqiao run -O python3 "
                + script
                + " >met-$SLURM_JOB_ID-$i 2>&1 & done; wait; cat met-$SLURM_JOB_ID-*\n");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      expected.addAll(List.of("0 cn1 0/2", "1 cn1 1/2", "2 cn2 0/2", "3 cn2 1/2"));
      for (int rank = 0; rank < 4; rank++) {
        expected.add("sum at " + rank + ": 10");
      }
    }
    assertThat(lines).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** Plays the JVM of Spark: notes who it is and where, and says what Spark says. */
  private static final String PLAYED_SPARK =
      """
      #!/bin/bash
      for word; do case $word in org.apache.spark.deploy.*) role=${word##*.} ;; esac; done
      echo "$SLURMD_NODENAME $role ${@: -1}" >>roles-$SLURM_JOB_ID
      case $role in
        Master)
          echo "INFO Master: Starting Spark master at spark://$SPARK_LOCAL_IP:7077"
          until [ "$(grep -c Worker roles-$SLURM_JOB_ID)" = 2 ]; do sleep 0.2; done
          grep Worker roles-$SLURM_JOB_ID | sed 's/^/INFO Master: Registering worker /'
          exec sleep 600 ;;
        Worker) exec sleep 600 ;;
        SparkSubmit) echo "pi is about 3.1" ;;
      esac
      """;

  @Test
  void theExampleOfSparkStartsItsRolesOnTheRightNodesAndEndsThem() throws Exception {
    Path work = site.work();
    Path java = Files.writeString(work.resolve("played-spark"), PLAYED_SPARK);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    long id = site.submit("nodes=2&tasks=2", spark(java.toString(), "/no/jars", "pi.jar"));
    List<String> said = site.output(id);
    assertThat(site.job(id)).as(said.toString()).contains("\"state\":\"COMPLETED\"");
    assertThat(said).containsExactly("pi is about 3.1");
    List<String> roles = Files.readAllLines(work.resolve("roles-" + id));
    roles.replaceAll(line -> line.replaceAll("spark://[0-9.]+:7077", "MASTER"));
    assertThat(roles)
        .containsExactlyInAnyOrder(
            "cn1 Master 0", "cn1 Worker MASTER", "cn2 Worker MASTER", "cn1 SparkSubmit pi.jar");
    assertThat(roles.getFirst()).isEqualTo("cn1 Master 0");
    assertThat(roles.getLast()).isEqualTo("cn1 SparkSubmit pi.jar");
    if (TestSize.isFull()) {
      sparkItselfComputesPi();
    }
  }

  private static void sparkItselfComputesPi() throws Exception {
    Path java = Path.of("/usr/lib/jvm/java-17-openjdk-amd64/bin/java");
    Path fetched = Path.of(System.getProperty("queqiao.root"), "target/spark-jars");
    Installed.need(
        List.of(java, fetched),
        "apt-get install openjdk-17-jre-headless, and mvn -f docs/examples/spark/pom.xml");
    Path jars = Files.createDirectory(site.work().resolve("jars"));
    try (var all = Files.list(fetched)) {
      for (Path each : all.toList()) {
        Files.copy(each, jars.resolve(each.getFileName()));
      }
    }
    Path classes = Files.createDirectory(site.work().resolve("classes"));
    Path source = Path.of(System.getProperty("queqiao.root"), "docs/examples/spark/Pi.java");
    tool("javac", "--release", "17", "-cp", jars + "/*", "-d", classes, source);
    Path jar = site.work().resolve("pi.jar");
    tool("jar", "--create", "--file", jar, "-C", classes, ".");
    List<String> said =
        site.run(
            "nodes=2&tasks=2&limitMs=1800000",
            spark(java.toString(), jars.toString(), jar.toString()));
    assertThat(said).anyMatch(line -> line.startsWith("pi is about 3.14"));
    assertThat(said).contains("2 workers took part");
  }

  private static void tool(String name, Object... words) throws Exception {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
    Stream.of(words).forEach(each -> all.add(each.toString()));
    assertThat(new ProcessBuilder(all).inheritIO().start().waitFor()).as(name).isZero();
  }

  /** The example, with these settings in front of it. */
  private static String spark(String java, String jars, String application) throws Exception {
    Path examples = Path.of(System.getProperty("queqiao.root"), "docs/examples/spark");
    return "export SPARK_JAVA="
        + java
        + " SPARK_JARS="
        + jars
        + " APPLICATION="
        + application
        + "\n"
        + Files.readString(examples.resolve("standalone.sh"));
  }
}
