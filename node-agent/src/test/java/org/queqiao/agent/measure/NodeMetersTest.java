package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;

final class NodeMetersTest {
  @TempDir private Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private CounterValue value(Counter counter) {
    return new NodeMeters(root, Shim.load())
        .read().stream()
            .filter(each -> each.counter() == counter.number())
            .findFirst()
            .orElseThrow();
  }

  @Test
  void whatIsThereIsAddedUp() throws IOException {
    file(
        "proc/net/dev",
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes packets
            lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
          eth0: 100 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0
           ib0:20 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0
        """);
    file("sys/class/powercap/intel-rapl:0/energy_uj", "1000\n");
    file("sys/class/powercap/intel-rapl:1/energy_uj", "234\n");
    file("sys/class/powercap/intel-rapl:0:0/energy_uj", "777\n");
    file(
        "proc/fs/lustre/llite/work-ffff/stats",
        "snapshot_time 1.2 secs.usecs\nread_bytes 3 samples [bytes] 1 9 4096\n"
            + "write_bytes 1 samples [bytes] 1 9 12\n");
    file("proc/fs/lustre/llite/home-ffff/stats", "read_bytes 3 samples [bytes] 1 9 4\n");
    assertThat(value(Counter.NETWORK_RECEIVED).value()).isEqualTo(120);
    assertThat(value(Counter.NETWORK_SENT).value()).isEqualTo(10);
    assertThat(value(Counter.ENERGY).value()).isEqualTo(1234);
    assertThat(value(Counter.LUSTRE_READ).value()).isEqualTo(4100);
    assertThat(value(Counter.LUSTRE_WRITTEN).value()).isEqualTo(12);
  }

  @Test
  void whatIsNotThereIsMissingWithAReasonAndNotZero() {
    for (Counter counter :
        new Counter[] {
          Counter.NETWORK_SENT, Counter.ENERGY, Counter.GPU_POWER, Counter.LUSTRE_READ
        }) {
      assertThat(value(counter).present()).as(counter.text()).isFalse();
      assertThat(value(counter).missing()).isNotEmpty();
    }
  }
}
