package org.queqiao.accounting.statement;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How tax becomes coins. */
final class TaxTest {
  private static final long COIN = 10_000;

  @Test
  void halfACoinGoesUpAlsoOfWhatComesBack() {
    // 0.25 at 6 % is 0.015, and 0.75 is 0.045.
    assertThat(new Tax(600).ofMicro(25 * COIN)).isEqualTo(2 * COIN);
    assertThat(new Tax(600).ofMicro(-25 * COIN)).isEqualTo(-COIN);
    assertThat(new Tax(600).ofMicro(24 * COIN)).isEqualTo(COIN);
    assertThat(new Tax(600).grossMicro(25 * COIN)).isEqualTo(27 * COIN);
    assertThat(new Tax(0).ofMicro(25 * COIN)).isZero();
    assertThat(new Tax(1_300).percent()).hasToString("13.00");
    assertThat(Tax.NONE.isStated()).isFalse();
    assertThat(Tax.NONE.grossMicro(25 * COIN)).isEqualTo(25 * COIN);
  }

  /** Whole coins, half a coin from the exact amount at most, and never less for a greater rate. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void taxIsWithinHalfACoinOfWhatItIsExactly(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      long most = 1L << random.nextInt(1, 44);
      long net = random.nextLong(-most, most) * COIN;
      int points = random.nextInt(10_001);
      long micro = new Tax(points).ofMicro(net);
      String as = "seed " + seed + ": " + points + " of " + net;
      assertThat(micro % COIN).as(as).isZero();
      BigDecimal exact = BigDecimal.valueOf(net).multiply(BigDecimal.valueOf(points, 4));
      BigDecimal coins =
          exact
              .divide(BigDecimal.valueOf(COIN))
              .add(new BigDecimal("0.5"))
              .setScale(0, RoundingMode.FLOOR);
      assertThat(micro).as(as).isEqualTo(coins.longValueExact() * COIN);
      long more = new Tax(Math.min(10_000, points + 1)).ofMicro(Math.abs(net));
      assertThat(more).as(as).isGreaterThanOrEqualTo(new Tax(points).ofMicro(Math.abs(net)));
      assertThat(new Tax(points).grossMicro(net) - micro).as(as).isEqualTo(net);
    }
  }
}
