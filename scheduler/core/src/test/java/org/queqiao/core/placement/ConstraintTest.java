package org.queqiao.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Constraints are read as Slurm writes them. */
final class ConstraintTest {
  @ParameterizedTest
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "a&b, a b, true",
    "a&b, a, false",
    "a|b, b, true",
    "a|b, c, false",
    "a&b|c, c, true",
    "a|b&c, b, false",
    "(a|b)&c, b c, true",
    "(a|b)&c, a, false",
    "((a)), a, true",
    "gen4.1|x-y:z, x-y:z, true",
  })
  void termsHoldOfANode(String text, String features, boolean holds) {
    Constraint constraint = Constraint.parse(text);
    assertThat(constraint.counted()).isEmpty();
    assertThat(constraint.every().holds(List.of(features.split(" ")))).isEqualTo(holds);
  }

  @Test
  void countsStandBesideWhatEveryNodeMustHave() {
    Constraint constraint = Constraint.parse("ib&a*2&(b|c)*1");
    assertThat(constraint.every()).isEqualTo(new Constraint.Feature("ib"));
    assertThat(constraint.countedNodes()).isEqualTo(3);
    assertThat(constraint.counted().get(1).term().holds(List.of("c"))).isTrue();
    assertThat(constraint.features()).containsExactly("a", "b", "c", "ib");
    assertThat(Constraint.parse("[a*2&b*1]")).isEqualTo(Constraint.parse("a*2&b*1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "&",
        "a&",
        "|a",
        "a||b",
        "(a",
        "a)",
        "a*",
        "a*0",
        "a*x",
        "a*2|b",
        "a|b*2",
        "(a*2)",
        "a b",
        "!a",
        "a*1&b*1&c*1&d*1&e*1",
        "a*12345678",
        "[a",
        "((((((((((((((((((a))))))))))))))))))"
      })
  void whatIsNoConstraintIsRefused(String text) {
    assertThatThrownBy(() -> Constraint.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
