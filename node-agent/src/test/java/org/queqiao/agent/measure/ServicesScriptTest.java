package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the script of a node does when its services are started apart, or at once. */
final class ServicesScriptTest {
  private static final String SURROUNDINGS =
      """
      for each in hardware services node; do . "$0/scripts/$each.bash"; done
      DATA=$1 ROOT=$1/checkout JAVA_HOME=$1 JAVA=java SERVER_UID=1 NODE_NAME=cn1 SERVICE_ACCOUNT=nobody
      SHIM=$ROOT/shim JOB_PROGRAM=$ROOT/job/queqiao BUILT=$ROOT/built AGENT_LIB=$1/release LAUNCHER=launcher
      say() { :; }
      die() { echo "$*"; exit 1; }
      is_root() { return 1; }
      spawn() { echo "$@"; }
      wait_for() { :; }
      """;

  @TempDir Path data;

  /** How the script ended, and what it said. */
  private record Ended(int code, String text) {}

  @BeforeEach
  void makeFolders() throws Exception {
    for (String each : new String[] {"host", "node", "agent", "checkout/job"}) {
      Files.createDirectories(data.resolve(each));
    }
  }

  private Ended run(String script) throws Exception {
    Process process =
        new ProcessBuilder(
                "bash",
                "-euo",
                "pipefail",
                "-c",
                SURROUNDINGS + script,
                System.getProperty("queqiao.root"),
                data.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), text);
  }

  @Test
  void theAgentMeansTheCoresThatTheLauncherMeansAlsoWhenItMayUseOthers() throws Exception {
    Files.createFile(data.resolve("node/launch-key.pub"));
    Files.createFile(data.resolve("agent/node.crt"));
    Files.createFile(data.resolve("release"));
    Ended ended =
        run(
            """
            find_cpus() { echo "$CPUS"; }
            CPUS=0,2/1,3 start_launcher
            CPUS=0/1 start_agent
            CPUS= start_launcher
            CPUS=0/1 start_agent
            """);
    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(ended.text().lines().filter(line -> line.contains("--cpus 0,2/1,3"))).hasSize(2);
    assertThat(ended.text().lines().filter(line -> line.contains("--cpus"))).hasSize(2);
  }

  @Test
  void aCoreWithTwoThreadsIsOneOfThoseThatAreOffered() throws Exception {
    Ended ended =
        run(
            """
            find_cpus() { echo 0,2/1,3; }
            allowed_cpus() { echo 0-3; }
            for QUEQIAO_AGENT_CORES in 0 2 3 4; do
              if offers_more_cores; then echo "more $(node_cpus)."; else echo "$(node_cpus)."; fi
            done
            find_cpus() { :; }
            for QUEQIAO_AGENT_CORES in 4 5; do
              if offers_more_cores; then echo more; else echo not; fi
            done
            """);
    assertThat(ended).isEqualTo(new Ended(0, "0,2/1,3.\n0,2/1,3.\nmore .\nmore .\nnot\nmore\n"));
  }

  @Test
  void theSocketOfALauncherThatAnswersIsNotRemoved() throws Exception {
    Path socket = data.resolve("host/launcher.sock");
    assertThat(run("free_launcher_socket").code()).isZero();
    try (ServerSocketChannel launcher = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      launcher.bind(UnixDomainSocketAddress.of(socket));
      Ended ended = run("free_launcher_socket");
      assertThat(ended.text()).contains("a launcher answers at " + socket + " already");
      assertThat(ended.code()).isEqualTo(1);
      assertThat(socket).exists();
    }
    assertThat(run("free_launcher_socket").code()).isZero();
    assertThat(socket).doesNotExist();
  }

  @Test
  void servicesThatStartAtOnceEachFindTheirProgramsWhole() throws Exception {
    for (String each :
        new String[] {
          "scheduler/server/target/lib", "scheduler/server/target/classes",
          "node-agent/target/lib", "node-agent/target/classes"
        }) {
      Files.createDirectories(data.resolve("checkout").resolve(each));
    }
    for (String each : new String[] {"shim", "built", "job/queqiao"}) {
      Files.createFile(data.resolve("checkout").resolve(each));
    }
    Ended ended =
        run(
            """
            is_root() { return 0; }
            setpriv() { return 1; }
            agent_of_jars() { :; }
            cp() { sleep 0.2; command cp "$@"; }
            one() {
              place_programs
              for each in server/lib server/classes agent/lib agent/shim job/queqiao; do
                [ -e "$DATA/programs/$each" ] || echo "$each is not there"
              done
              echo "${JOB_PROGRAM#"$DATA/"}"
            }
            for i in 1 2 3; do (sleep 0.$((2 * i)); one) & done
            wait
            """);
    assertThat(ended).isEqualTo(new Ended(0, "programs/job/queqiao\n".repeat(3)));
  }

  @Test
  void theFileOfACodeIsThatOfWhoJoins() throws Exception {
    Path code = Files.writeString(data.resolve("code"), "queqiao-enrol:x\n");
    Ended own = run("chmod 600 \"$DATA/code\"; NODE_SERVER= read_code \"$DATA/code\"");
    assertThat(own.text()).contains("that is no code of");
    Ended other = run("id() { echo 4711; }; NODE_SERVER= read_code \"$DATA/code\"");
    assertThat(other.text()).contains("it has to be yours");
    assertThat(code).exists();
  }

  /**
   * Whatever runs here may be what the person wants to keep: a join that cannot be ends nothing.
   */
  @Test
  void aJoinWithoutACodeThatIsOneStopsNothing() throws Exception {
    Path code = Files.writeString(data.resolve("code"), "no code");
    Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rw-------"));
    for (String option :
        new String[] {"", "--code-file " + data + "/none", "--code-file " + code}) {
      Ended ended =
          run("stop() { echo \"stopped $1\"; }; ARGS=(join " + option + "); node_command");
      assertThat(ended.code()).as(ended.text()).isEqualTo(1);
      assertThat(ended.text()).contains("code").doesNotContain("stopped");
    }
  }
}
