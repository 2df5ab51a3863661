package org.queqiao.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cn[008-011]",
        "cn[9-10]",
        "cn[1,3-4]-ib,gn7,login",
        "cn[7,07]",
        "cn[098-101,1000]",
        "r1n[1-3],r2n[1-3]"
      })
  void namesAreWrittenAsTheyAreRead(String text) {
    assertThat(HostList.of(HostList.parse(text))).isEqualTo(text);
  }

  @Test
  void everyNameIsWrittenSoThatItIsReadAgain() {
    SplittableRandom random = new SplittableRandom(1);
    String[] forms = {"cn%d", "cn%03d", "r%dn1-ib", "%d", "x%012d", "n%d.a", "cn"};
    for (int round = 0; round < 500; round++) {
      TreeSet<NodeName> names = new TreeSet<>();
      for (int i = random.nextInt(40); i >= 0; i--) {
        String form = forms[random.nextInt(forms.length)];
        names.add(new NodeName(String.format(form, random.nextInt(30) * (1 + round % 100))));
      }
      String text = HostList.of(names);
      assertThat(HostList.parse(text)).as(text).isEqualTo(names);
    }
  }

  @Test
  void manyNamesInARowAreAFewLetters() {
    assertThat(HostList.of(HostList.parse("cn[00001-20000]"))).isEqualTo("cn[00001-20000]");
    assertThat(HostList.of(List.of())).isEmpty();
  }

  @Test
  void aListHasABound() {
    assertThat(HostList.parse("c[1-100000]")).hasSize(HostList.MAX_NAMES);
    assertThatThrownBy(() -> HostList.parse("c[0-999999999]")).hasMessageContaining("100000 nodes");
    assertThatThrownBy(() -> HostList.parse("c".repeat(HostList.MAX_CHARACTERS + 1)))
        .hasMessageContaining("65536 characters");
  }
}
