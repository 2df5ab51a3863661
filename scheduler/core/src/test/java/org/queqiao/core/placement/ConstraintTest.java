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

  @Test
  void alternativesInSquareBracketsAreOneForAllNodes() {
    Constraint constraint = Constraint.parse("ib&[a|b&c]");
    assertThat(constraint.every()).isEqualTo(new Constraint.Feature("ib"));
    assertThat(constraint.same())
        .containsExactly(
            new Constraint.Feature("a"),
            new Constraint.All(List.of(new Constraint.Feature("b"), new Constraint.Feature("c"))));
    assertThat(constraint.features()).containsExactly("a", "b", "c", "ib");
    assertThat(constraint.holds(List.of("ib", "a"))).isTrue();
    assertThat(constraint.holds(List.of("ib", "b"))).isFalse();
    assertThat(Constraint.parse("[a|b]&gpu*2").counted()).hasSize(1);
    assertThat(Constraint.parse("[a&b]")).isEqualTo(Constraint.parse("a&b"));
    assertThat(Constraint.parse("x&[a*2&b*1]")).isEqualTo(Constraint.parse("x&a*2&b*1"));
    assertThat(Constraint.parse("[(a|b)*1&c*2]").countedNodes()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "[a|b, 5, does not belong",
    "[a|b]c, 6, does not belong",
    "[a|b]|c, 6, does not belong",
    "[a|b]*2, 6, count behind square brackets",
    "[a|b]&[c|d], 7, twice",
    "[a|b*2], 5, count beside an or",
    "[a*2|b], 5, count beside an or",
    "a&[], 4, name of a feature",
    "[a|b|c|d|e|f|g|h|i], 19, more than 8 alternatives",
  })
  void whatIsWrongInSquareBracketsIsSaidWithItsPlace(String text, int at, String what) {
    assertThatThrownBy(() -> Constraint.parse(text))
        .hasMessageContaining(what)
        .hasMessageContaining("at character " + at + ":");
  }

  @ParameterizedTest
  @CsvSource({
    "!ib, 1, name of a feature",
    "'ib,a100', 3, name of a feature",
    "ib&!a100, 4, name of a feature",
    "ib&a b, 5, name of a feature",
    "a&&b, 3, name of a feature",
    "a&, 3, name of a feature",
    "ib*99999999999, 4, a count of 1 to 999999",
    "ib*0, 4, a count of 1 to 999999",
    "ib&a*x, 6, a count of 1 to 999999",
    "((((((((((((((((((a)))))))))))))))))), 17, more than 16 parentheses",
  })
  void theFirstCharacterThatDoesNotFitIsNamed(String text, int at, String what) {
    assertThatThrownBy(() -> Constraint.parse(text))
        .hasMessageContaining(what)
        .hasMessageContaining("at character " + at + ":");
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
