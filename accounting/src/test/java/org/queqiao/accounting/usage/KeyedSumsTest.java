package org.queqiao.accounting.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

final class KeyedSumsTest {
  private static final int ROWS = 3_000;

  private static List<String> told(KeyedSums sums) {
    List<String> all = new ArrayList<>();
    sums.tell((keys, amounts) -> all.add(String.join("/", keys) + "=" + amounts[0]));
    return all;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sumsAreThoseOfASortedTable(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    KeyedSums sums = new KeyedSums(3, 1);
    Map<String, Long> expected = new TreeMap<>();
    for (int i = 0; i < ROWS; i++) {
      int[] row = new int[3];
      List<String> texts = new ArrayList<>();
      for (int key = 0; key < row.length; key++) {
        String text = String.valueOf((char) ('a' + random.nextInt(3 + 5 * key)));
        row[key] = sums.number(key, text);
        texts.add(text);
      }
      long amount = random.nextLong(-5, 1_000);
      sums.add(row, amount);
      expected.merge(String.join("/", texts), amount, Long::sum);
    }
    assertThat(told(sums))
        .as("seed %d", seed)
        .isEqualTo(expected.entrySet().stream().map(Map.Entry::toString).toList());
  }

  @Test
  void nothingSumsToNothing() {
    assertThat(told(new KeyedSums(2, 1))).isEmpty();
  }

  @Test
  void aSumThatDoesNotFitIsAnError() {
    KeyedSums sums = new KeyedSums(1, 1);
    sums.add(new int[] {sums.number(0, "a")}, Long.MAX_VALUE);
    sums.add(new int[] {sums.number(0, "a")}, 1);
    assertThatThrownBy(() -> told(sums)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 999, 1_001, -1, -7, -1_999})
  void partsOfWhatWasUsedOrTakenBackSumToIt(long whole) {
    List<DomainShare> shares =
        List.of(
            new DomainShare(new DomainCode("ocean"), 333),
            new DomainShare(new DomainCode("air"), 333),
            new DomainShare(new DomainCode("ice"), 334));
    assertThat(DomainSplit.split(whole, shares).values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(whole);
  }
}
