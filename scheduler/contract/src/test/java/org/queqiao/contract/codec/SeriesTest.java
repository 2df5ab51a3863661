package org.queqiao.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.metrics.Series;

final class SeriesTest {
  private static Series series(int rows) {
    List<long[]> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      all.add(new long[] {1_000L + i * 10L, i, -1});
    }
    return new Series(10, List.of(9, 28), all);
  }

  private static List<Long> moments(Series series) {
    return series.rows().stream().map(row -> row[0]).toList();
  }

  @Test
  void bothFormsAreReadBack() {
    for (int rows : new int[] {0, 1, 7_000}) {
      Series whole = series(rows);
      for (Series each : List.of(Series.ofPlain(whole.plain()), Series.ofPacked(whole.packed()))) {
        assertThat(each.counters()).isEqualTo(whole.counters());
        assertThat(each.intervalMs()).isEqualTo(10);
        assertThat(Arrays.deepEquals(each.rows().toArray(), whole.rows().toArray())).isTrue();
      }
    }
  }

  @Test
  void aRowThatWasCutOffIsLeftOut() {
    byte[] plain = series(3).plain();
    assertThat(Series.ofPlain(Arrays.copyOf(plain, plain.length - 1)).rows()).hasSize(2);
  }

  @Test
  void thinningKeepsTheFirstRowAndDoublesTheInterval() {
    Series thin = series(5).thinned();
    assertThat(moments(thin)).containsExactly(1_000L, 1_020L, 1_040L);
    assertThat(thin.intervalMs()).isEqualTo(20);
  }

  @Test
  void whatComesTwiceIsTakenOnce() {
    assertThat(moments(series(3).with(series(5)))).isEqualTo(moments(series(5)));
    assertThat(moments(series(5).after(1_020))).containsExactly(1_030L, 1_040L);
  }

  @Test
  void whatIsNoSeriesIsRefusedAndABombIsNotUnpacked() {
    Series bomb = new Series(1, List.of(1), new ArrayList<>());
    List<long[]> rows = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      rows.add(new long[2]);
    }
    assertThatThrownBy(() -> Series.ofPacked(new Series(1, bomb.counters(), rows).packed()))
        .isInstanceOf(MalformedRecordException.class);
    SplittableRandom random = new SplittableRandom(77);
    byte[] packed = series(50).packed();
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = packed.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      try {
        Series.ofPacked(cut);
      } catch (MalformedRecordException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }
}
