package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

final class AcceleratorTimesTest {
  private static final RunId RUN = new RunId(new JobId(7), 1);
  private final AcceleratorTimes times = new AcceleratorTimes(30_000);

  private static Accelerator of(int number, long busyMilli, long memBytes, long energyMj) {
    return new Accelerator(number, busyMilli, memBytes, 250_000, energyMj);
  }

  @Test
  void timeIsBusyOrIdleByTheReadingAtItsEndAndEnergyIsThatOfTheCounter() {
    times.begin(RUN, List.of(of(0, 0, 0, 1_000), of(1, 0, 0, 9_000)), 100_000);
    assertThat(times.of(RUN)).as("nothing was read since it began").isNull();
    times.beat(RUN, List.of(of(0, 800, 500, 3_000), of(1, 49, 70, 9_100)), 110_000);
    times.beat(RUN, List.of(of(0, 1_000, 200, 5_000), of(1, 50, 100, 9_300)), 120_000);
    times.ended(RUN, List.of(of(0, 0, 0, 5_500), of(1, 0, 0, 9_310)), 124_000);
    assertThat(times.of(RUN))
        .isEqualTo(
            new AcceleratorTimes.Totals(
                48_000,
                8_000 + 490 + 10_000 + 500 + 4_000 + 200,
                10_000,
                (4_500 + 310) * 1_000L,
                570,
                true));
    times.ended(RUN, List.of(of(0, 0, 0, 99_999)), 140_000);
    times.beat(RUN, List.of(of(0, 0, 0, 99_999)), 140_000);
    assertThat(times.of(RUN).timeMs()).as("what has ended stays as it is").isEqualTo(48_000);
  }

  @Test
  void withoutACounterPowerTimesTimeIsTheEnergy() {
    times.begin(RUN, List.of(of(0, 0, 0, -1)), 0);
    times.beat(RUN, List.of(of(0, 900, 1, -1)), 10_000);
    assertThat(times.of(RUN).energyUj()).isEqualTo(250_000L * 10_000);
    times.beat(RUN, List.of(new Accelerator(0, 900, 1, -1, -1)), 20_000);
    assertThat(times.of(RUN).energyUj()).as("a part is not told as the whole").isEqualTo(-1);
    assertThat(times.of(RUN).timeMs()).isEqualTo(20_000);
  }

  @Test
  void aDriverThatIsLoadedAnewTakesNothingBack() {
    times.begin(RUN, List.of(of(0, 0, 0, 5_000)), 0);
    times.beat(RUN, List.of(of(0, 0, 0, 6_000)), 10_000);
    times.beat(RUN, List.of(of(0, 0, 0, 3)), 20_000);
    assertThat(times.of(RUN).energyUj()).isEqualTo(1_000_000 + 250_000L * 10_000);
  }

  @Test
  void aReadingCountsForThreeBeatsAtMostAndAClockThatIsSetBackForNothing() {
    times.begin(RUN, List.of(of(0, 0, 0, 0)), 0);
    times.beat(RUN, List.of(of(0, 0, 0, 0)), 3_600_000);
    assertThat(times.of(RUN).timeMs()).isEqualTo(30_000);
    times.beat(RUN, List.of(of(0, 0, 0, 0)), 1_000_000);
    times.beat(RUN, List.of(of(0, 0, 0, 0)), 1_010_000);
    assertThat(times.of(RUN).timeMs()).isEqualTo(40_000);
  }

  @Test
  void aDividedAcceleratorThatDoesNotTellHowBusyItIsHasNoTime() {
    times.begin(RUN, List.of(of(0, -1, 0, 0)), 0);
    times.beat(RUN, List.of(of(0, -1, 5, 10)), 10_000);
    assertThat(times.of(RUN)).isEqualTo(new AcceleratorTimes.Totals(0, 0, 0, 10_000, 5, true));
    assertThat(times.now(RUN, Accelerator::busyMilli, true)).isEqualTo(-1);
  }

  @Test
  void theNextAgentGoesOnWithTheSumsAndWithoutTheTimeBetween() {
    AcceleratorTimes.Totals before =
        new AcceleratorTimes.Totals(40_000, 20_000, 10_000, 7_000, 99, true);
    times.carry(RUN, before, List.of(of(0, 500, 1, 100)), 1_000_000);
    assertThat(times.of(RUN)).isEqualTo(before);
    times.beat(RUN, List.of(of(0, 500, 1, 101)), 1_010_000);
    assertThat(times.of(RUN))
        .isEqualTo(new AcceleratorTimes.Totals(50_000, 25_000, 10_000, 8_000, 99, true));
  }

  @Test
  void idleAndBusyTimeNeverExceedTheTimeHoweverBeatsCome() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      AcceleratorTimes all = new AcceleratorTimes(30_000);
      long now = random.nextLong(1 << 20);
      long begun = now;
      int devices = 1 + random.nextInt(4);
      all.begin(RUN, List.of(), now);
      for (int beat = 0; beat < 30; beat++) {
        now += random.nextInt(40_000);
        List<Accelerator> told = new java.util.ArrayList<>();
        for (int i = 0; i < devices; i++) {
          told.add(of(i, random.nextInt(1_001), random.nextInt(9), random.nextInt(1_000)));
        }
        all.beat(RUN, told, now);
        AcceleratorTimes.Totals totals = all.of(RUN);
        assertThat(totals.timeMs()).as("seed %d", seed).isBetween(0L, devices * (now - begun));
        assertThat(totals.idleMs()).as("seed %d", seed).isBetween(0L, totals.timeMs());
        assertThat(totals.busyMs()).as("seed %d", seed).isBetween(0L, totals.timeMs());
      }
    }
  }
}
