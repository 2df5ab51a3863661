package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.node.NodeFacts.GresInventory;

/** What a node says that jobs may ask for. */
final class DeviceListTest {
  @TempDir private Path folder;

  private void card(String name, String vendor) throws IOException {
    Path device = Files.createDirectories(folder.resolve(name).resolve("device"));
    Files.writeString(device.resolve("vendor"), vendor + "\n");
  }

  private List<GresInventory> of(String... lines) throws IOException {
    return DeviceList.read(Files.write(folder.resolve("devices"), List.of(lines)), folder);
  }

  @Test
  void devicesAreCountedByNameAndThoseOfAmdHaveItsModel() throws IOException {
    card("renderD128", "0x1002");
    card("renderD129", "0x1002");
    card("card1", "0x1002");
    card("renderD130", "0x8086");
    assertThat(of("gpu 0 /dev/nvidia0 # the first", "", "gpu 1 /dev/nvidia1"))
        .containsExactly(new GresInventory("gpu", "", 2));
    assertThat(
            of(
                "fpga 0 /dev/fpga0",
                "gpu 0 /dev/dri/renderD128",
                "gpu 1 /dev/dri/renderD129",
                "gpu 1 /dev/dri/card1"))
        .containsExactly(new GresInventory("fpga", "", 1), new GresInventory("gpu", "amd", 2));
    assertThat(of("gpu 0 /dev/dri/renderD128", "gpu 1 /dev/dri/renderD130"))
        .as("of two makers")
        .containsExactly(new GresInventory("gpu", "", 2));
    assertThat(of("gpu 0 /dev/dri/renderD131"))
        .as("of a maker that the kernel does not tell")
        .containsExactly(new GresInventory("gpu", "", 1));
  }

  @Test
  void whatIsNoListIsSaid() {
    assertThatThrownBy(() -> of("gpu one /dev/nvidia0")).hasMessageContaining("gpu one");
    assertThatThrownBy(() -> of("gpu 1 /dev/nvidia1")).hasMessageContaining("without a gap");
  }
}
