package org.queqiao.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.runtime.LoopGauges;

/** What a scrape says long after the figures were named. */
final class MetricsTest {
  /** Returns after what nobody holds is gone. */
  private static void collect() {
    WeakReference<Object> nobodys = new WeakReference<>(new Object());
    while (nobodys.get() != null) {
      System.gc();
    }
  }

  /** Names figures that nobody else holds. */
  private static void name(Metrics metrics, int figure) {
    metrics.forecasts(() -> new ForecastBook.Coverage(figure, figure + 1, figure + 2, figure + 3));
    metrics.loop(
        () -> new LoopGauges(figure, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    metrics.connections(() -> figure, () -> figure + 1);
  }

  @Test
  void figuresAreReadAlsoAfterWhatNobodyElseHoldsWasCollected() {
    try (Metrics metrics = new Metrics()) {
      name(metrics, 7);
      collect();
      assertThat(metrics.scrape())
          .contains(
              "queqiao_forecasts_given_total 7.0",
              "queqiao_forecasts_judged_total 8.0",
              "queqiao_forecasts_within_p10_p90_total 9.0",
              "queqiao_forecasts_below_p50_total 10.0",
              "queqiao_inbox_length 7.0",
              "queqiao_inputs_total 3.0",
              "queqiao_http_connections 7.0");
    }
  }
}
