package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/** How cores lie is read as the kernel shows it, or not at all. */
final class NumaLayoutTest {
  @TempDir Path system;

  private void node(int number, String cpus) throws IOException {
    Path folder = Files.createDirectories(system.resolve("node/node" + number));
    Files.writeString(folder.resolve("cpulist"), cpus + "\n");
  }

  private void socket(int cpu, int socket) throws IOException {
    Path folder = Files.createDirectories(system.resolve("cpu/cpu" + cpu + "/topology"));
    Files.writeString(folder.resolve("physical_package_id"), socket + "\n");
  }

  @Test
  void coresAreListedByNumaNodeWithTheirSocket() throws IOException {
    node(0, "0-1,4");
    node(1, "2-3");
    node(2, "");
    socket(0, 0);
    socket(2, 1);
    assertThat(NumaLayout.read(system, 5))
        .containsExactly(new NumaNode(0, List.of(0, 1, 4)), new NumaNode(1, List.of(2, 3)));
    assertThat(NumaLayout.read(system, 2)).containsExactly(new NumaNode(0, List.of(0, 1)));
  }

  @Test
  void aKernelThatSaysTooLittleIsNotBelieved() throws IOException {
    assertThat(NumaLayout.read(system, 2)).isEmpty();
    node(0, "0-1");
    assertThat(NumaLayout.read(system, 2)).as("no sockets").isEmpty();
    socket(0, 0);
    assertThat(NumaLayout.read(system, 4)).as("two cores are nowhere").isEmpty();
    node(1, "x");
    assertThat(NumaLayout.read(system, 2)).isEmpty();
  }
}
