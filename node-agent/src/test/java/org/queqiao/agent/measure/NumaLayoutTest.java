package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/** How cores lie is read as the kernel shows it, or not at all. */
final class NumaLayoutTest {
  private final Shim shim = TestShim.load();
  @TempDir Path root;

  private void file(String name, String text) throws IOException {
    Path file = root.resolve("sys/devices/system").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private void socket(int cpu, int socket) throws IOException {
    file("cpu/cpu" + cpu + "/topology/physical_package_id", Integer.toString(socket));
  }

  private List<NumaNode> layout(int cores) {
    return NumaLayout.of(shim.cpus(root), cores, List.of());
  }

  @Test
  void coresAreListedByNumaNodeWithTheirSocket() throws IOException {
    file("cpu/online", "0-4");
    file("node/online", "0-2");
    file("node/node0/cpulist", "0-1,4");
    file("node/node1/cpulist", "2-3");
    file("node/node2/cpulist", "");
    for (int cpu = 0; cpu < 5; cpu++) {
      socket(cpu, cpu == 2 || cpu == 3 ? 1 : 0);
    }
    assertThat(layout(5))
        .containsExactly(new NumaNode(0, List.of(0, 1, 4)), new NumaNode(1, List.of(2, 3)));
    assertThat(layout(2)).containsExactly(new NumaNode(0, List.of(0, 1)));
  }

  @Test
  void coresOfSeveralThreadsLieWhereTheirCpusDo() throws IOException {
    file("cpu/online", "0-7");
    file("node/online", "0-1");
    file("node/node0/cpulist", "0-1,4-5");
    file("node/node1/cpulist", "2-3,6-7");
    for (int cpu = 0; cpu < 8; cpu++) {
      socket(cpu, cpu / 2 % 2);
    }
    List<List<Integer>> cpus = List.of(List.of(2, 6), List.of(0, 4), List.of(1, 5), List.of(3, 7));
    assertThat(NumaLayout.of(shim.cpus(root), 4, cpus))
        .containsExactly(new NumaNode(0, List.of(1, 2)), new NumaNode(1, List.of(0, 3)));
    assertThat(NumaLayout.of(shim.cpus(root), 1, List.of(List.of(9)))).isEmpty();
  }

  @Test
  void aKernelThatSaysTooLittleIsNotBelieved() throws IOException {
    assertThat(layout(2)).isEmpty();
    file("cpu/online", "0-1");
    file("node/online", "0");
    file("node/node0/cpulist", "0-1");
    assertThat(layout(2)).as("no sockets").isEmpty();
    socket(0, 0);
    assertThat(layout(2)).as("one core is nowhere").isEmpty();
    socket(1, 0);
    assertThat(layout(2)).containsExactly(new NumaNode(0, List.of(0, 1)));
    assertThat(layout(4)).as("two cores are not there").isEmpty();
    file("node/node0/cpulist", "x");
    assertThat(layout(2)).isEmpty();
  }

  @Test
  void thisMachineHasEachOfItsCpusOnce() {
    List<Integer> numbers = shim.cpus(Path.of("/")).stream().map(Shim.Cpu::number).toList();
    assertThat(numbers).isNotEmpty().isSorted().doesNotHaveDuplicates();
  }
}
