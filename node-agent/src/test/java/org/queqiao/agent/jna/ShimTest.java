package org.queqiao.agent.jna;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.metrics.Counter;

final class ShimTest {
  @BeforeAll
  static void library() {
    System.setProperty(
        "queqiao.shim",
        Path.of(System.getProperty("queqiao.root"), "native/target/bin/libqueqiao-shim.so")
            .toString());
  }

  @Test
  void cachesAreThoseThatTheKernelTells(@TempDir Path root) throws IOException {
    Path index = Files.createDirectories(root.resolve("sys/devices/system/cpu/cpu3/cache/index0"));
    Files.writeString(index.resolve("level"), "2\n");
    Files.writeString(index.resolve("type"), "Unified\n");
    Files.writeString(index.resolve("size"), "1024K\n");
    Files.writeString(index.resolve("shared_cpu_list"), "3,7\n");
    Shim shim = Shim.load();
    assertThat(shim.caches(root, 3)).containsExactly(new Shim.Cache(2, 2, 1 << 20, 2));
    assertThat(shim.caches(root, 4)).isEmpty();
  }

  @Test
  void anEventOfThisProcessCounts() {
    Shim shim = Shim.load();
    assertThat(shim.absence()).isEmpty();
    assertThat(shim.absentEvents()).doesNotContain(Counter.TASK_CLOCK, Counter.CPU_USER);
    int fd = shim.open(Counter.TASK_CLOCK);
    assertThat(fd).isNotNegative();
    long before = shim.read(fd);
    long x = 0;
    for (int i = 0; i < 50_000_000; i++) {
      x += i ^ x;
    }
    assertThat(x).isNotEqualTo(1);
    assertThat(shim.read(fd)).isGreaterThan(before);
    shim.close(fd);
    assertThat(shim.open(Counter.CPU_USER)).as("EINVAL").isEqualTo(-22);
  }
}
