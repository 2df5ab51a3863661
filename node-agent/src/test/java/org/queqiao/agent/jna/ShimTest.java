package org.queqiao.agent.jna;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
  void anEventOfThisProcessCounts() {
    Shim shim = Shim.load();
    assertThat(shim.absence()).isEmpty();
    assertThat(shim.absentEvents()).doesNotContain(Counter.TASK_CLOCK, Counter.CPU_USER);
    int fd = shim.open(Counter.TASK_CLOCK);
    assertThat(fd).isNotNegative();
    long before = shim.read(fd, Counter.TASK_CLOCK).value();
    long x = 0;
    for (int i = 0; i < 50_000_000; i++) {
      x += i ^ x;
    }
    assertThat(x).isNotEqualTo(1);
    assertThat(shim.read(fd, Counter.TASK_CLOCK).present()).isTrue();
    assertThat(shim.read(fd, Counter.TASK_CLOCK).value()).isGreaterThan(before);
    shim.close(fd);
    assertThat(shim.read(-1, Counter.TASK_CLOCK).missing()).as("EBADF").endsWith("error 9");
    assertThat(shim.open(Counter.CPU_USER)).as("EINVAL").isEqualTo(-22);
  }
}
