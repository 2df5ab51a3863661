package org.queqiao.agent.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

final class RunMembershipTest {
  @TempDir private Path folder;

  /** A shell whose words are those of a monitor, with a child and a grandchild. */
  @Test
  void withoutControlGroupsAProcessBelongsToTheMonitorAboveIt() throws Exception {
    Files.writeString(
        folder.resolve("7.2"), "echo $$\nbash -c 'sleep 60 & echo $$ $!; wait' &\nwait\n");
    Process shell =
        new ProcessBuilder("bash", "-c", "exec -a queqiao-monitor bash 7.2")
            .directory(folder.toFile())
            .start();
    try (BufferedReader said = shell.inputReader()) {
      String monitor = said.readLine();
      for (String each : (monitor + " " + said.readLine()).split(" ")) {
        assertThat(RunMembership.ofAncestors(Integer.parseInt(each)))
            .contains(new RunId(new JobId(7), 2));
      }
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly().waitFor();
    }
    int own = (int) ProcessHandle.current().pid();
    assertThat(RunMembership.ofAncestors(own)).isEmpty();
    assertThat(RunMembership.ofAncestors((int) shell.pid())).isEmpty();
  }

  @Test
  void aProcessOfAnotherUserOrOfRootBelongsToNoRunWithoutAControlGroup() throws Exception {
    int own = (int) ProcessHandle.current().pid();
    assertThat(RunMembership.of(own, 0)).isEmpty();
    assertThat(RunMembership.of(own, 65_534)).isEmpty();
  }
}
