package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the script of this node finds: cores with their threads, and devices. */
final class HardwareScriptTest {
  @TempDir Path root;

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void siblings(int cpu, String list) throws IOException {
    file("sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list", list + "\n");
  }

  private String found(String function, String... words) throws Exception {
    Path script = Path.of(System.getProperty("queqiao.root"), "scripts/hardware.bash");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", ". \"$0\"; \"$@\"", script.toString());
    builder.command().add(function);
    builder.command().add(root.toString());
    builder.command().addAll(List.of(words));
    Process process = builder.redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text.strip();
  }

  @Test
  void aCoreIsAllItsThreadsThatMayBeUsed() throws Exception {
    for (int cpu = 0; cpu < 4; cpu++) {
      siblings(cpu, cpu + "," + (cpu + 4));
      siblings(cpu + 4, cpu + "," + (cpu + 4));
    }
    assertThat(found("find_cpus", "0-7")).isEqualTo("0,4/1,5/2,6/3,7");
    assertThat(found("find_cpus", "1-2,5")).isEqualTo("1,5/2");
    for (int cpu = 0; cpu < 8; cpu++) {
      siblings(cpu, cpu / 2 * 2 + "-" + (cpu / 2 * 2 + 1));
    }
    assertThat(found("find_cpus", "0-3,6")).isEqualTo("0,1/2,3/6");
  }

  @Test
  void whereCoresAreCpusNothingIsToBeSaid() throws Exception {
    assertThat(found("find_cpus", "0-3")).as("a kernel that says nothing").isEmpty();
    for (int cpu = 0; cpu < 4; cpu++) {
      siblings(cpu, "" + cpu);
    }
    assertThat(found("find_cpus", "0-3")).isEmpty();
    assertThat(found("find_cpus", "1")).isEqualTo("1");
    assertThat(found("find_cpus", "0,2-3")).isEqualTo("0/2/3");
  }

  @Test
  void devicesOfBothMakersAreFoundWhereTheirDriversAre() throws Exception {
    assertThat(found("find_devices")).isEmpty();
    file("dev/nvidia0", "");
    file("dev/nvidia1", "");
    file("dev/nvidiactl", "");
    assertThat(found("find_devices")).as("no driver").isEmpty();
    Files.createDirectories(root.resolve("proc/driver/nvidia"));
    assertThat(found("find_devices")).isEqualTo("gpu 0 /dev/nvidia0\ngpu 1 /dev/nvidia1");
    file("dev/nvidia10", "");
    assertThat(found("find_devices"))
        .as("by number, not by text")
        .isEqualTo("gpu 0 /dev/nvidia0\ngpu 1 /dev/nvidia1\ngpu 2 /dev/nvidia10");
    file("dev/nvidia2", "");
    assertThat(found("find_devices")).endsWith("gpu 2 /dev/nvidia2\ngpu 3 /dev/nvidia10");
    Files.delete(root.resolve("dev/nvidia2"));
    Files.delete(root.resolve("dev/nvidia10"));
    Files.delete(root.resolve("dev/nvidia0"));
    Files.delete(root.resolve("dev/nvidia1"));
    for (int number = 128; number < 131; number++) {
      file("dev/dri/renderD" + number, "");
      Path device = root.resolve("sys/class/drm/renderD" + number + "/device");
      Files.createDirectories(device);
      String driver = number == 129 ? "i915" : "amdgpu";
      Files.createSymbolicLink(device.resolve("driver"), Path.of("/drivers/" + driver));
    }
    assertThat(found("find_devices")).as("for the screen alone").isEmpty();
    file("dev/kfd", "");
    assertThat(found("find_devices"))
        .isEqualTo("gpu 0 /dev/dri/renderD128\ngpu 1 /dev/dri/renderD130");
  }
}
