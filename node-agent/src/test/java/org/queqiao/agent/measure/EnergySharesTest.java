package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.CounterValue;

/** The energy of runs on a node whose powercap is a folder of files. */
final class EnergySharesTest {
  private static final RunId ONE = new RunId(new JobId(1), 1);
  private static final RunId TWO = new RunId(new JobId(2), 1);
  private static final long RANGE_UJ = 262_143_328_850L;

  private final EnergyShares shares = new EnergyShares();
  @TempDir private Path root;
  private NodeMeters meters;

  private void packages(long first, long second) throws IOException {
    long[] all = {first, second};
    for (int i = 0; i < all.length; i++) {
      Path zone = root.resolve("sys/class/powercap/intel-rapl:" + i);
      Files.createDirectories(zone);
      Files.writeString(zone.resolve("name"), "package-" + i + "\n");
      Files.writeString(zone.resolve("max_energy_range_uj"), RANGE_UJ + "\n");
      Files.writeString(zone.resolve("energy_uj"), all[i] + "\n");
    }
    meters = meters == null ? new NodeMeters(root, TestShim.load()) : meters;
  }

  private long energyUj() {
    CounterValue value = meters.packages();
    assertThat(value.missing()).isEmpty();
    return value.value();
  }

  @Test
  void runsShareWhatThePackagesTookByTheirPartOfAllCpuTime() throws IOException {
    packages(1_000, 5_000);
    shares.beat(energyUj(), 100, 2, Map.of(ONE, 0L, TWO, 0L));
    packages(601_000, 405_000);
    // Of 10 s of CPU time one has 6, the other 3, and the system 1.
    shares.beat(energyUj(), 10_000_100, 2, Map.of(ONE, 6_000_000L, TWO, 3_000_000L));
    assertThat(shares.of(ONE)).isEqualTo(600_000);
    assertThat(shares.of(TWO)).isEqualTo(300_000);
  }

  @Test
  void aRunThatIsAloneOnItsNodeGetsAllAlsoWhatTheIdleNodeTakes() throws IOException {
    packages(0, 0);
    shares.beat(energyUj(), 0, 1, Map.of(ONE, 0L));
    packages(7_000_000, 3_000_000);
    shares.beat(energyUj(), 5_000_000, 1, Map.of(ONE, 1_000_000L));
    assertThat(shares.of(ONE)).isEqualTo(10_000_000);
    packages(7_500_000, 3_500_000);
    shares.ended(ONE, energyUj(), 5_100_000, 1_000_000);
    assertThat(shares.of(ONE)).isEqualTo(11_000_000);
  }

  @Test
  void aCounterThatBeginsAtZeroAgainWithinARunLosesNothing() throws IOException {
    packages(RANGE_UJ - 1_000, 0);
    shares.beat(energyUj(), 0, 1, Map.of(ONE, 0L));
    packages(4_000, 500);
    shares.beat(energyUj(), 1_000, 1, Map.of(ONE, 900L));
    assertThat(shares.of(ONE)).isEqualTo(5_500);
  }

  @Test
  void aRunThatBeginsAndOneThatEndsBetweenTwoBeatsGetWhatTheirCpuTimeIs() throws IOException {
    packages(0, 0);
    shares.beat(energyUj(), 0, 1, Map.of(ONE, 50L));
    packages(800, 0);
    shares.ended(ONE, energyUj(), 1_000, 550);
    // Alone since the last beat, until its end.
    assertThat(shares.of(ONE)).isEqualTo(800);
    packages(1_000, 0);
    shares.beat(energyUj(), 2_500, 1, Map.of(TWO, 1_000L));
    // Of the 200 that are left, and of 2,000 of CPU time that are not of the run that ended.
    assertThat(shares.of(TWO)).isEqualTo(100);
  }

  @Test
  void anEndThatIsReadTwiceGivesNothingTwice() throws IOException {
    packages(0, 0);
    shares.beat(energyUj(), 0, 1, Map.of(ONE, 0L));
    packages(800, 0);
    shares.ended(ONE, energyUj(), 1_000, 500);
    shares.ended(ONE, energyUj(), 1_000, 500);
    assertThat(shares.of(ONE)).isEqualTo(800);
  }

  @Test
  void aRunBesideOneWhoseTimeIsNotKnownIsNotAlone() throws IOException {
    packages(0, 0);
    shares.beat(energyUj(), 0, 2, Map.of(ONE, 0L));
    packages(1_000, 0);
    shares.beat(energyUj(), 1_000, 2, Map.of(ONE, 250L));
    assertThat(shares.of(ONE)).isEqualTo(250);
    packages(2_000, 0);
    shares.ended(ONE, energyUj(), 2_000, 750);
    assertThat(shares.of(ONE)).isEqualTo(750);
  }

  @Test
  void whatWasCountedBeforeTheAgentStartedAnewIsCarriedOn() throws IOException {
    packages(9_000, 0);
    shares.carry(ONE, 4_000, 7_000_000);
    shares.carry(TWO, 0, 1_000);
    shares.beat(energyUj(), 1_000_000, 2, Map.of(ONE, 7_100_000L, TWO, 1_000L));
    assertThat(shares.of(ONE)).isEqualTo(4_000);
    packages(10_000, 0);
    shares.beat(energyUj(), 1_200_000, 2, Map.of(ONE, 7_200_000L, TWO, 1_000L));
    assertThat(shares.of(ONE)).isEqualTo(4_500);
    assertThat(shares.of(TWO)).isZero();
  }

  @Test
  void aNodeWithoutPowercapSaysWhyItsRunsHaveNone() {
    CounterValue none = new NodeMeters(root, TestShim.load()).packages();
    assertThat(none.present()).isFalse();
    assertThat(none.missing()).isNotEmpty();
  }
}
