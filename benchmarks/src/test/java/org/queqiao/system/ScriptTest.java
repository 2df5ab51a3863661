package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the script says when it cannot do what it was asked for. */
final class ScriptTest {
  private static final Path ROOT = EndToEndTest.root();
  private Path folder;

  /** How a command ended, and both of its streams. */
  private record Answer(int exit, String text) {}

  @BeforeEach
  void makeFolder() throws Exception {
    folder = Files.createTempDirectory("queqiao-script-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void removeFolder() throws Exception {
    try (var files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Test
  void aBridgeThatIsStartedWronglySaysWhatIsMissing() throws Exception {
    String data = folder.resolve("data").toString();
    Path none = folder.resolve("none.conf");
    for (String[] each :
        new String[][] {
          {"bridge knows observe CLUSTER, drive CLUSTER", "bridge"},
          {"observe which cluster? ClusterName of slurm.conf", "bridge", "observe"},
          {"not 'C1'", "bridge", "observe", "C1"},
          {"bridge observe does not know --nodes", "bridge", "observe", "c1", "--nodes", "n1"},
          {"--node needs a value", "bridge", "observe", "c1", "--node"},
          {none + ", cannot be read", "bridge", "observe", "c1", "--slurm-conf", "" + none},
          {"drive which partition of Slurm?", "bridge", "drive", "c1"},
          {"the public key of the orders", "bridge", "drive", "c1", "--partition", "batch"},
          {"no server runs in " + data, "bridge", "observe", "c1"},
          {"a bridge is there to observe or to drive", "bridge", "stop", "c1"},
          {"no bridge is there to observe c1", "bridge", "stop", "observe", "c1"},
          {"no server runs in " + data, "bridge", "codes", "n[1-3]"},
          {"nothing runs in " + data, "cluster", "list"},
        }) {
      List<String> words = new ArrayList<>(List.of(each).subList(1, each.length));
      words.addAll(List.of("--data", data));
      Answer answer = script(words.toArray(new String[0]));
      assertThat(answer.text()).as(String.join(" ", words)).contains(each[0]);
      assertThat(answer.exit()).as(answer.text()).isEqualTo(1);
    }
    assertThat(script("bridge", "status", "--data", data).text())
        .contains("No bridge was started from " + data);
  }

  @Test
  void aTakenPortIsNamedWithoutATrace() throws Exception {
    Path data = folder.resolve("data");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      Answer up = script("up", "--data", data.toString(), "--port", port);
      assertThat(up.exit()).isEqualTo(1);
      assertThat(up.text())
          .contains("cannot listen on 127.0.0.1 port " + port)
          .contains("choose another port with --port")
          .doesNotContain("\tat ");
    } finally {
      assertThat(script("down", "--purge", "--data", data.toString()).exit()).isZero();
    }
  }

  @Test
  void aFolderThatJobsCannotReachIsRefusedWithThePartThatIsInTheWay() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root has others' jobs");
    Path closed = Files.createDirectory(folder.resolve("private"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Answer up = script("up", "--data", closed.resolve("data").toString());
    assertThat(up.exit()).isEqualTo(1);
    assertThat(up.text()).contains(closed + " has mode 700").contains("chmod o+x " + closed);
  }

  @Test
  void aPathThatSocketsOrTheDatabaseCannotHaveIsRefusedBeforeAnythingIsMade() throws Exception {
    Path deep = folder.resolve("x".repeat(100));
    Answer up = script("up", "--data", deep.toString());
    assertThat(up.exit()).isEqualTo(1);
    assertThat(up.text())
        .isEqualTo(
            ("queqiao: the data folder %s has a path of %d bytes, and the sockets in it allow 84;"
                    + " choose a shorter one with --data DIR\n")
                .formatted(deep, deep.toString().length()));
    for (String name : List.of("it's", "a\"b", "$x", "a`b", "a\\b", "a\nb")) {
      Answer odd = script("up", "--data", folder.resolve(name).toString());
      assertThat(odd.exit()).as(name).isEqualTo(1);
      assertThat(odd.text()).contains("has a quote, $, \\ or control character in its path");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPortThatIsNoneIsRefusedBeforeAnythingStarts() throws Exception {
    for (String port : List.of("abc", "65536", "-1", "")) {
      Answer up = script("up", "--data", folder.resolve("data").toString(), "--port", port);
      assertThat(up.exit()).isEqualTo(1);
      assertThat(up.text())
          .isEqualTo("queqiao: --port needs a number from 0 to 65535, not '" + port + "'\n");
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void aQuestionToNothingSaysHowToStart() throws Exception {
    Path data = folder.resolve("data");
    for (String command : List.of("jobs", "nodes", "login")) {
      Answer answer = script(command, "--data", data.toString());
      assertThat(answer.exit()).isEqualTo(1);
      assertThat(answer.text())
          .isEqualTo("queqiao: nothing runs in " + data + ": start it with ./queqiao up\n");
    }
    Answer status = script("status", "--json", "--data", data.toString());
    assertThat(status.exit()).isEqualTo(1);
    assertThat(status.text())
        .isEqualTo(
            "{\"server\":{\"pid\":null},\"agent\":{\"pid\":null},\"launcher\":{\"pid\":null},"
                + "\"database\":{\"pid\":null},\"url\":null,\"ready\":false}\n");
  }

  @Test
  void aMisspeltOptionIsRefusedBeforeAnythingIsDone() throws Exception {
    String data = folder.resolve("data").toString();
    for (List<String> line :
        List.of(
            List.of("up", "--dema"),
            List.of("down", "--purgr"),
            List.of("status", "--josn"),
            List.of("login", "--as"),
            List.of("token", "--force"),
            List.of("build", "now"))) {
      Answer answer = script(line.get(0), line.get(1), "--data", data);
      assertThat(answer.exit()).isEqualTo(1);
      assertThat(answer.text())
          .isEqualTo(
              "queqiao: %s does not know %s; see ./queqiao help\n"
                  .formatted(line.get(0), line.get(1)));
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void aCommandWithoutWhatItNeedsSaysHowItIsWritten() throws Exception {
    // A socket file is what tells the commands that something runs here.
    Path data = folder.resolve("data");
    Files.createDirectories(data.resolve("run"));
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(data.resolve("run/admin.sock")));
      Map<List<String>, String> said =
          Map.of(
              List.of("requeue"), "which job? ./queqiao requeue JOB, or ARRAY_TASKS such as 12_7",
              List.of("hold", "x"), "which job? ./queqiao hold JOB, or ARRAY_TASKS such as 12_7",
              List.of("jobs", "--array"), "which array? ./queqiao jobs --array ARRAY",
              List.of("jobs", "--all"), "jobs does not know --all; see ./queqiao help",
              List.of("jobs", "--limit", "many"), "--limit needs a number up to 1000",
              List.of("jobs", "--as"), "--as needs an account",
              List.of("submit", "/"), "cannot read /",
              List.of("log"),
                  "log what? ./queqiao log describe|dump|verify|replay [--until POSITION],"
                      + " or explain JOB --at TIME");
      for (Map.Entry<List<String>, String> each : said.entrySet()) {
        List<String> line = new ArrayList<>(each.getKey());
        line.addAll(List.of("--data", data.toString()));
        Answer answer = script(line.toArray(new String[0]));
        assertThat(answer.exit()).as(each.getKey().toString()).isEqualTo(1);
        assertThat(answer.text()).isEqualTo("queqiao: " + each.getValue() + "\n");
      }
    }
  }

  @Test
  void aReplayWritesItsFiguresToTheFileThatIsNamed() throws Exception {
    Path log = folder.resolve("small.swf");
    Path figures = folder.resolve("figures.json");
    Answer made =
        script("simulate", "--generate", log.toString(), "--jobs", "200", "--procs", "64");
    assertThat(made.exit()).as(made.text()).isZero();
    Answer replayed =
        script(
            "simulate",
            "--trace",
            log.toString(),
            "--policy",
            "easy",
            "--json",
            figures.toString());
    assertThat(replayed.exit()).as(replayed.text()).isZero();
    assertThat(Files.readString(figures)).contains("\"jobs\":200", "\"meanBoundedSlowdown\":");
  }

  @Test
  void whatRunsIsNotRebuiltUnderItself() throws Exception {
    Files.createDirectories(folder.resolve("data/host"));
    Files.createFile(folder.resolve("New.java"));
    Files.createFile(folder.resolve("built"));
    Files.setLastModifiedTime(folder.resolve("built"), FileTime.fromMillis(0));
    String ask =
        "say() { echo \"$*\"; }; . scripts/build.bash; . scripts/services.bash;"
            + " find_jdk() { JAVA=java; }; build_all() { echo built anew; };"
            + " ROOT=$1 DATA=$1/data BUILT=$1/built; ensure_built fresh";
    assertThat(bash(ask)).isEqualTo("built anew\n");
    // What the script remembers of a process: its number and its start; this one is alive.
    String[] stat =
        Files.readString(Path.of("/proc/self/stat")).replaceAll(".*\\) ", "").split(" ");
    Files.writeString(
        folder.resolve("data/host/server.pid"),
        ProcessHandle.current().pid() + " " + stat[19] + "\n");
    assertThat(bash(ask)).startsWith("Sources are newer than what runs").doesNotContain("anew");
  }

  @Test
  void namesBeyondAsciiNeedNoLanguageToBeSet() throws Exception {
    String made =
        bash(
            "name=$'\\xe9\\xb9\\x8a\\xe6\\xa1\\xa5.swf'; env -u LANG -u LC_CTYPE LC_ALL=POSIX"
                + " QUEQIAO_BUILT=yes ./queqiao simulate --generate \"$1/$name\" --jobs 5 --procs"
                + " 4; [ -s \"$1/$name\" ] && echo it is there");
    assertThat(made).endsWith("it is there\n");
  }

  @Test
  void aReasonMayHaveAnyNumberOfWords() throws Exception {
    String asked =
        bash(
            ". scripts/client.bash; running() { :; }; take_account() { :; }; default_account() { :;"
                + " }; json_text() { printf %s \"$1\"; }; api() { printf '%s\\n' \"${@: -1}\"; };"
                + " die() { echo \"refused: $*\"; exit 1; }; for count in 1 2 7 8 9 10 11 26 27 28"
                + " 29 95; do  reason=($(seq \"$count\"));  ask() { ARGS=(\"${@:2}\""
                + " \"${reason[@]}\"); client_$1 | grep -c \" $count\\\"\\|\\\"1\\\"\"; };  ask"
                + " month close 2026-10; ask month paid polar 2026-10 2026-11-05 R1;  ask money"
                + " approve 7; ask money reject 7; ask dispute open T1; ask dispute reject 7;"
                + " done");
    assertThat(asked).isEqualTo("1\n".repeat(6 * 12));
    assertThat(
            bash(
                ". scripts/client.bash; running() { :; }; take_account() { :; }; die() { echo"
                    + " \"refused: $*\"; exit 1; }; ARGS=(close 2026-10); client_month"))
        .startsWith("refused: it is written ./queqiao month");
  }

  /** What a person writes is one part of an address, whatever it is made of. */
  @Test
  void namesAreOnePartOfAnAddressWhateverTheyAreMadeOf() throws Exception {
    String asked =
        COMMANDS
            + "take_account() { :; }; default_account() { :; }; owner() { echo \"$2\"; };"
            + " api() { echo \"$3\"; };";
    assertThat(
            bash(
                asked
                    + " ARGS=('x y' 3); client_policy licences;"
                    + " ARGS=('a/b?c#d' '{}'); client_policy qos;"
                    + " ARGS=(project 'α%20' '{}'); client_policy rules;"
                    + " ARGS=(show '../jobs'); client_reservation;"
                    + " ARGS=(delete 'a b'); client_reservation;"
                    + " ARGS=(drain 'n 1' why); client_nodes;"
                    + " ARGS=(wallet 'p&q'); client_money;"
                    + " ARGS=(prices 'A&limit=1'); client_money;"
                    + " ARGS=(check '2026 10'); client_month"))
        .isEqualTo(
            """
            /api/v1/licences/x%20y
            /api/v1/qos/a%2Fb%3Fc%23d
            /api/v1/rules/project/%CE%B1%2520
            /api/v1/reservations/..%2Fjobs
            /api/v1/reservations/a%20b
            /nodes/n%201/drain
            /api/v1/wallets/p%26q
            /api/v1/tariffs?limit=1000&state=A%26limit%3D1
            /api/v1/months/2026%2010/check
            """);
  }

  @Test
  void quotesInATitleAndAPolicyWithItsPromisesAreSentAsTheyAreWritten() throws Exception {
    String asked = COMMANDS + "take_account() { :; };";
    assertThat(
            bash(
                asked
                    + " api() { printf '%s\\n' \"${@: -1}\"; };"
                    + " ARGS=(hpc 'A \"b\" c\\d'); client_policy platform;"
                    + " ARGS=(hpc 'A \"b\" c\\d'); client_policy domain"))
        .isEqualTo(
            """
            {"title":"A \\"b\\" c\\\\d"}
            {"code":"hpc","title":"A \\"b\\" c\\\\d"}
            """);
    String tried = asked + " api() { cat; }; ARGS=(%s); client_what_if";
    assertThat(bash(tried.formatted("--reservations 64 --policy default")))
        .isEqualTo("{\"scheduling\":{\"policy\":\"default\",\"reservations\":64}}");
    assertThat(bash(tried.formatted("--policy easy")))
        .isEqualTo("{\"scheduling\":{\"policy\":\"easy\"}}");
    assertThat(
            bash(
                asked
                    + " ARGS=(explain 7 --at '2026-05-01 12:00 UTC'); log_arguments;"
                    + " echo \"${ARGS[*]}\"; ARGS=(explain 7); log_arguments"))
        .isEqualTo(
            "explain --job 7 --at 1777636800000\n"
                + "refused: it is written ./queqiao log explain JOB --at TIME\n");
    assertThat(bash(tried.formatted("--reservations 64")))
        .isEqualTo("refused: --reservations goes with --policy NAME\n");
  }

  @Test
  void whatTheOwnerDoesIsDoneForNoAccount() throws Exception {
    String asked =
        ". scripts/client.bash; running() { :; }; owner() { echo sent; };"
            + " die() { echo \"refused: $*\"; exit 1; };";
    assertThat(bash(asked + " ARGS=(cost-centre polar K 17); client_project")).isEqualTo("sent\n");
    assertThat(bash(asked + " ARGS=(cost-centre polar K 17 --as admin1); client_project"))
        .startsWith("refused: project is for the owner of the data folder");
    assertThat(bash(asked + " ARGS=(role li ADMIN --as admin1); client_account"))
        .startsWith("refused: account is for the owner of the data folder");
  }

  @Test
  void whatAnImportPutsAsideIsToldWhateverItsReasonHolds() throws Exception {
    assertThat(
            bash(
                """
                . scripts/client.bash
                sums=()
                sum_import '{"recorded":3,"known":1,"quarantined":[
                  {"line":4,"reason":"user @li is not [a-z][a-z0-9_-]{0,31}, said \\"x\\""},
                  {"line":7,"reason":"=evil"}]}'
                sum_import '{"recorded":2,"known":0,"quarantined":[{"line":9,"reason":"}{"}],"z":{"a":"b"}}'
                echo "${sums[0]} ${sums[1]} ${sums[6]}"
                """))
        .isEqualTo(
            """
            line 4: user @li is not [a-z][a-z0-9_-]{0,31}, said \\"x\\"
            line 7: =evil
            line 9: }{
            5 1 3
            """);
  }

  /** The commands without a server behind them. */
  private static final String COMMANDS =
      ". scripts/submission.bash; . scripts/client.bash; . scripts/why.bash; running() { :; };"
          + " default_account() { echo ada; }; JSON=yes; AS=;"
          + " die() { echo \"refused: $*\" >&2; exit 1; };";

  private String submitted(String words) throws Exception {
    return bash(
        COMMANDS
            + " api() { shift 7; printf '%s\\n' \"$@\" | grep -v '^--'; };"
            + " script=$1/job.sh; echo true >\"$script\"; ARGS=("
            + words
            + "); client_submit");
  }

  private String tried(String words) throws Exception {
    return bash(
        COMMANDS
            + " api() { printf '%s ' \"$1\"; cat; }; script=$1/job.sh; echo true >\"$script\";"
            + " ARGS=("
            + words
            + "); client_what_if");
  }

  @Test
  void anOptionWithoutAValueMayBeTheLastWord() throws Exception {
    for (String[] each :
        new String[][] {
          {"--hold", "hold=true"},
          {"--no-requeue", "requeue=false"},
          {"--spread", "spread=true"},
          {"--contiguous", "contiguous=true"},
          {"--exclusive", "exclusive=true"},
          {"--kill-on-invalid-dependency", "killOnInvalidDependency=true"},
        }) {
      assertThat(submitted("\"$script\" --nodes 2 " + each[0]))
          .startsWith("nodes=2\n" + each[1] + "\n@");
    }
    assertThat(submitted("\"$script\" --nodes")).isEqualTo("refused: --nodes needs a value\n");
    assertThat(submitted("\"$script\" --fast"))
        .isEqualTo("refused: submit does not know --fast; see ./queqiao help\n");
    assertThat(submitted("\"$script\" other")).startsWith("refused: one script: ");
  }

  @Test
  void componentsStandBehindTheOptionsOfTheJob() throws Exception {
    assertThat(submitted("--cores 4 : --nodes 2 --gres gpu:1 : --contiguous \"$script\""))
        .startsWith("cpusPerTask=4\ncomponents=nodes=2 gres=gpu:1;contiguous=true\n@");
    assertThat(submitted(": --hold \"$script\""))
        .isEqualTo(
            "refused: --hold is no option of a component: options of the job stand before the"
                + " first ':'\n");
    for (String each : List.of(": \"$script\"", ": --nodes 1 : \"$script\"", ": : --nodes 1")) {
      assertThat(submitted(each)).startsWith("refused: a component behind ':' says at least");
    }
  }

  @Test
  void aTriedSubmissionTakesTheOptionsOfASubmission() throws Exception {
    String options =
        "--name 'a \"b\"' --project climate --nodes 2 --nice -5 --hold --no-requeue"
            + " --gres gpu:a100:2,fpga --gres-per-task gpu --licences fluent:2,matlab"
            + " --signal B:USR1@90 --array 0-9%2 --constraint 'a&b'";
    assertThat(tried("--submit \"$script\" " + options + " : --nodes 1 --gres gpu:1 --contiguous"))
        .isEqualTo(
            "ada {\"submit\":{\"script\":\"true\",\"name\":\"a \\\"b\\\"\",\"project\":\"climate\","
                + "\"nodes\":2,\"nice\":-5,\"hold\":true,\"requeue\":false,"
                + "\"gres\":[{\"name\":\"gpu\",\"type\":\"a100\",\"count\":2},"
                + "{\"name\":\"fpga\",\"type\":\"\",\"count\":1}],"
                + "\"gresPerTask\":[{\"name\":\"gpu\",\"type\":\"\",\"count\":1}],"
                + "\"licences\":{\"fluent\":2,\"matlab\":1},"
                + "\"signal\":{\"name\":\"USR1\",\"secondsBefore\":90,\"batchOnly\":true},"
                + "\"array\":\"0-9%2\",\"constraint\":\"a&b\",\"components\":[{\"nodes\":1,"
                + "\"gres\":[{\"name\":\"gpu\",\"type\":\"\",\"count\":1}],\"contiguous\":true}]}}");
    assertThat(tried("--submit \"$script\" --signal sigusr2")).contains("{\"name\":\"sigusr2\"}");
    assertThat(tried("--submit \"$script\" --signal B:10@5"))
        .contains("{\"name\":\"10\",\"secondsBefore\":5,\"batchOnly\":true}");
    assertThat(tried("--submit \"$script\" --gres gpu:x:y"))
        .isEqualTo(
            "refused: devices are written like gpu:2 or gpu:a100:2,fpga: 'gpu:x:y' is not\n");
    assertThat(tried("--submit \"$script\" --nodes x"))
        .isEqualTo("refused: nodes is a number, not 'x'\n");
    assertThat(tried("--job 7 --cores 8 --partition long --drain n1,n2"))
        .isEqualTo(
            "ada {\"job\":7,\"drain\":[\"n1\",\"n2\"],"
                + "\"changes\":{\"cpusPerTask\":8,\"partition\":\"long\"}}");
    assertThat(tried("--job 7 --gres gpu:1"))
        .startsWith("refused: gres goes with --submit FILE: a job that waits changes nodes tasks");
  }

  @Test
  void aTaskOfAnArrayIsAskedAboutByItsIndex() throws Exception {
    String asked = COMMANDS + " api() { shift 2; printf '%%s ' \"$@\"; }; ARGS=(%s); client_%s";
    assertThat(bash(asked.formatted("87_3", "explain")))
        .isEqualTo("/api/v1/jobs/87/explain -H Accept: application/json --url-query task=3 ");
    assertThat(bash(asked.formatted("87_3", "forecast")))
        .isEqualTo("/api/v1/jobs/87/forecast -H Accept: application/json --url-query task=3 ");
    assertThat(bash(asked.formatted("87_", "forecast")))
        .startsWith("refused: which job? ./queqiao forecast JOB, or a task of an array");
  }

  @Test
  void aBenchmarkRefusesWhatItDoesNotTake() throws Exception {
    Answer nodes = script("bench", "recovery", "--jobs", "2000", "--nodes", "5");
    assertThat(nodes.exit()).isEqualTo(2);
    assertThat(nodes.text())
        .isEqualTo("bench: recovery takes no --nodes; it takes --jobs, --tail\n");
    assertThat(script("bench", "recovery", "--jobs", "10", "--tail", "11").text())
        .isEqualTo("bench: --tail is 11, more than the 10 jobs that there are\n");
  }

  @Test
  void aComparisonWritesTheFiguresOfAllPolicies() throws Exception {
    Path log = folder.resolve("small.swf");
    Path figures = folder.resolve("figures.json");
    script("simulate", "--generate", log.toString(), "--jobs", "100", "--procs", "64");
    Answer compared =
        script(
            "simulate",
            "--trace",
            log.toString(),
            "--compare",
            "fcfs,easy",
            "--page",
            folder.resolve("page.html").toString(),
            "--json",
            figures.toString());
    assertThat(compared.exit()).as(compared.text()).isZero();
    assertThat(Files.readString(figures))
        .matches("\\{\"fcfs\":\\{\"jobs\":100,.*},\"easy\":\\{\"jobs\":100,.*}}\n");
  }

  /** The demo's administrator has no project: what it submits, and tries to, is a researcher's. */
  @Test
  void aTriedSubmissionIsThatOfWhoWouldSubmitIt() throws Exception {
    String admin = "default_account() { echo ${AS:-admin1}; }";
    String words = "); %s; ARGS=(--submit \"$script\" %s";
    assertThat(tried(words.formatted(admin, ""))).startsWith("researcher1 {");
    assertThat(tried(words.formatted(admin, "--as admin1"))).startsWith("admin1 {");
    assertThat(tried(words.formatted(admin, "--drain n1"))).startsWith("admin1 {");
  }

  private String bash(String text) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", text, "bash", folder.toString())
            .directory(ROOT.toFile())
            .redirectErrorStream(true);
    builder.environment().remove("QUEQIAO_BUILT");
    return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Answer script(String... command) throws Exception {
    List<String> line = new ArrayList<>(List.of(ROOT.resolve("queqiao").toString()));
    line.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("QUEQIAO_BUILT", "yes");
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), text);
  }
}
