package org.queqiao.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.id.NodeName;

/** Lists of nodes are read as Slurm writes them. */
final class HostListTest {
  private static String names(String text) {
    return String.join(" ", HostList.parse(text).stream().map(NodeName::value).toList());
  }

  @Test
  void rangesKeepTheirDigits() {
    assertThat(names("cn[008-011]")).isEqualTo("cn008 cn009 cn010 cn011");
    assertThat(names("cn[9-10]")).isEqualTo("cn10 cn9");
  }

  @Test
  void partsAreJoinedByCommasInsideAndOutsideOfBrackets() {
    assertThat(names("gn7,cn[1,3-4]-ib,login")).isEqualTo("cn1-ib cn3-ib cn4-ib gn7 login");
    assertThat(names("cn[2,2],cn2")).isEqualTo("cn2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "cn1,",
        "cn[",
        "cn[]",
        "cn[1-]",
        "cn[3-1]",
        "cn[a]",
        "cn]",
        "cn[1]x[2]",
        "cn 1",
        "cn[1-2",
        "cn[12345678901]",
        "[-]",
        "../etc"
      })
  void whatIsNoListIsRefused(String text) {
    assertThatThrownBy(() -> HostList.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aListHasABound() {
    assertThat(HostList.parse("c[1-100000]")).hasSize(HostList.MAX_NAMES);
    assertThatThrownBy(() -> HostList.parse("c[0-999999999]")).hasMessageContaining("100000 nodes");
    assertThatThrownBy(() -> HostList.parse("c".repeat(HostList.MAX_CHARACTERS + 1)))
        .hasMessageContaining("65536 characters");
  }
}
