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
  private final Shim shim = TestShim.load();
  @TempDir private Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private CounterValue value(Counter counter) {
    return value(new NodeMeters(root, shim), counter);
  }

  private static CounterValue value(NodeMeters meters, Counter counter) {
    return meters.read().stream()
        .filter(each -> each.counter() == counter.number())
        .findFirst()
        .orElseThrow();
  }

  private void zone(String zone, String name, long microjoules) throws IOException {
    String folder = "sys/class/powercap/" + zone + "/";
    file(folder + "name", name + "\n");
    file(folder + "max_energy_range_uj", "10000\n");
    file(folder + "energy_uj", microjoules + "\n");
  }

  @Test
  void energyThatBeginsAtZeroAgainIsCarriedOn() throws IOException {
    NodeMeters meters = new NodeMeters(root, shim);
    long[][] told = {{9000, 5, 9005}, {200, 7, 10207}, {150, 7, 20157}, {160, 3, 30163}};
    for (long[] each : told) {
      zone("intel-rapl:0", "package-0", each[0]);
      zone("intel-rapl:1", "package-1", each[1]);
      assertThat(value(meters, Counter.ENERGY).value()).isEqualTo(each[2]);
    }
    assertThat(value(meters, Counter.MEMORY_ENERGY).present()).isFalse();
    zone("intel-rapl:0:1", "dram", 40);
    zone("intel-rapl:1:0", "core", 4000);
    assertThat(value(new NodeMeters(root, shim), Counter.MEMORY_ENERGY).value()).isEqualTo(40);
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
    zone("intel-rapl:0", "package-0", 1000);
    zone("intel-rapl:1", "package-1", 234);
    zone("intel-rapl:0:0", "core", 777);
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
          Counter.NETWORK_SENT,
          Counter.ENERGY,
          Counter.MEMORY_ENERGY,
          Counter.GPU_POWER,
          Counter.LUSTRE_READ
        }) {
      assertThat(value(counter).present()).as(counter.text()).isFalse();
      assertThat(value(counter).missing()).isNotEmpty();
    }
  }
}
