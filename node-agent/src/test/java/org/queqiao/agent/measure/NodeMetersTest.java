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

  /** The clock of a processor and its page faults stand in for what a controller counts. */
  @Test
  void memoryIsWhatEachControllerCountedTimesItsBytes() throws IOException {
    String pmu = "sys/bus/event_source/devices/uncore_imc_0/";
    file(pmu + "type", "1\n");
    file(pmu + "cpumask", "0\n");
    file(pmu + "format/event", "config:0-7\n");
    for (String[] each : new String[][] {{"read", "0x00"}, {"write", "0x02"}}) {
      file(pmu + "events/cas_count_" + each[0], "event=" + each[1] + "\n");
      file(pmu + "events/cas_count_" + each[0] + ".scale", "6.103515625e-5\n");
      file(pmu + "events/cas_count_" + each[0] + ".unit", "MiB\n");
    }
    NodeMeters meters = new NodeMeters(root, shim);
    CounterValue first = value(meters, Counter.MEMORY_READ);
    CounterValue second = value(meters, Counter.MEMORY_READ);
    if (first.present()) {
      assertThat(second.value()).isGreaterThan(first.value());
      assertThat(second.value() % 64).isZero();
      assertThat(value(meters, Counter.MEMORY_WRITTEN).present()).isTrue();
    } else {
      assertThat(first.missing()).contains("may not count");
    }
  }

  /** No kernel gives the type of this PMU, so that it is found and cannot be opened. */
  @Test
  void memoryControllersThatCannotBeCountedAreMissingAsAWhole() throws IOException {
    String pmu = "sys/bus/event_source/devices/amd_umc_0/";
    file(pmu + "type", "2147483600\n");
    file(pmu + "cpumask", "0\n");
    file(pmu + "format/event", "config:0-7\n");
    file(pmu + "format/rdwrmask", "config:8-9\n");
    assertThat(shim.memoryEvents(root, new long[Shim.MEMORY_EVENTS_MAX * Shim.MEMORY_FIELDS]))
        .isEqualTo(2);
    assertThat(value(Counter.MEMORY_READ).present()).isFalse();
    assertThat(value(Counter.MEMORY_READ).missing()).isNotEmpty();
  }

  @Test
  void whatIsNotThereIsMissingWithAReasonAndNotZero() {
    for (Counter counter :
        new Counter[] {
          Counter.NETWORK_SENT,
          Counter.ENERGY,
          Counter.MEMORY_ENERGY,
          Counter.MEMORY_READ,
          Counter.MEMORY_WRITTEN,
          Counter.GPU_POWER,
          Counter.LUSTRE_READ
        }) {
      assertThat(value(counter).present()).as(counter.text()).isFalse();
      assertThat(value(counter).missing()).isNotEmpty();
    }
  }
}
