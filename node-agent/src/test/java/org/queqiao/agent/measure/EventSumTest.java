package org.queqiao.agent.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.CounterValue.State;

final class EventSumTest {
  private static final CounterValue EXACT = event(State.EXACT, 0, 10);
  private static final CounterValue HALF = event(State.SCALED, 500, 20);
  private static final CounterValue TENTH = event(State.SCALED, 100, 30);
  private static final CounterValue FAILED = event(State.FAILED, 5, 0);
  private static final CounterValue NOT_RUN = event(State.NOT_RUN, 0, 0);

  private static CounterValue event(State state, int cause, long value) {
    return new CounterValue(Counter.MEMORY_READ.number(), state, cause, value);
  }

  private static CounterValue sum(CounterValue... events) {
    EventSum sum = new EventSum();
    for (CounterValue each : events) {
      sum.add(each, 64, 1);
    }
    return sum.of(Counter.MEMORY_READ);
  }

  @Test
  void theSumIsScaledByTheLeastTimeThatOneOfThemCounted() {
    assertThat(sum(EXACT, EXACT)).isEqualTo(event(State.EXACT, 0, 20 * 64));
    for (CounterValue[] each :
        List.of(
            new CounterValue[] {EXACT, HALF, TENTH},
            new CounterValue[] {TENTH, HALF, EXACT},
            new CounterValue[] {HALF, EXACT, TENTH})) {
      assertThat(sum(each)).isEqualTo(event(State.SCALED, 100, 60 * 64));
    }
  }

  @Test
  void whereOneHasNoValueThereIsNoSum() {
    for (CounterValue missing : List.of(FAILED, NOT_RUN)) {
      assertThat(sum(HALF, missing, EXACT)).isEqualTo(missing);
      assertThat(sum(missing, TENTH)).isEqualTo(missing);
    }
    assertThat(sum(EXACT, FAILED).missing()).isEqualTo("it could not be counted, error 5");
  }

  /** The unit of the PMU {@code power}: 2^-32 joules, here for a year at about 700 W. */
  @Test
  void muchEnergyIsCountedToTheMicrojoule() {
    long counts = 1L << 62;
    EventSum sum = new EventSum();
    for (int i = 0; i < 20; i++) {
      sum.add(event(State.EXACT, 0, counts), 232_830, 1_000_000_000);
    }
    assertThat(sum.of(Counter.ENERGY).value())
        .isEqualTo(
            20
                * java.math.BigInteger.valueOf(counts)
                    .multiply(java.math.BigInteger.valueOf(232_830))
                    .divide(java.math.BigInteger.valueOf(1_000_000_000))
                    .longValueExact());
  }
}
