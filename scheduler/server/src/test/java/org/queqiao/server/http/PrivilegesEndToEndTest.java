package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.server.gateway.NodeProcesses;

/** What a site says of the processes of its jobs. */
@Timeout(300)
final class PrivilegesEndToEndTest {
  private static final String SCRIPT =
      """
      grep -h NoNewPrivs /proc/self/status
      queqiao run grep -h NoNewPrivs /proc/self/status
      ./whoami-of-root
      """;

  private static List<String> lines(String configuration) throws Exception {
    StepsSite site = new StepsSite(2, 2, node -> {}, configuration);
    // A setuid program of root beside the job's files.
    Path program = site.work().resolve("whoami-of-root");
    Files.copy(Path.of("/usr/bin/whoami"), program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(new ProcessBuilder("chmod", "u+s", program.toString()).start().waitFor()).isZero();
    List<String> lines = site.run("nodes=2&tasks=2", SCRIPT);
    return lines.stream().map(line -> line.replaceAll("\\s+", " ")).toList();
  }

  @Test
  void setuidProgramsGiveNothingWhereTheSiteSaysSo() throws Exception {
    assumeTrue(NodeProcesses.currentUid() == 0, "root alone makes a setuid program of root");
    assertThat(lines("agents: {noNewPrivileges: true}\n"))
        .containsExactly("NoNewPrivs: 1", "NoNewPrivs: 1", "NoNewPrivs: 1", "daemon");
    assertThat(lines(""))
        .containsExactly("NoNewPrivs: 0", "NoNewPrivs: 0", "NoNewPrivs: 0", "root");
  }

  @Test
  void aJobHasAsManyProcessesAsTheSiteSays() throws Exception {
    assumeTrue(NodeProcesses.currentUid() == 0, "root alone makes control groups");
    StepsSite site = new StepsSite(1, 2, node -> {}, "agents: {processesPerRun: 64}\n");
    List<String> lines =
        site.run(
            "nodes=1",
            "perl -e 'for (1..100) { my $p = fork; last if !defined $p; if (!$p) { sleep 60; exit }"
                + " push @all, $p } print scalar(@all), \"\\n\"; kill 9, @all'\n");
    assertThat(Integer.parseInt(lines.getLast().strip())).isBetween(30, 63);
  }
}
