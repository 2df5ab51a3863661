package org.queqiao.server.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.NodeName;

/** Codes and keys of nodes are what they were after a restart, for as many as may be connected. */
class EnrolmentsTest {
  private static final long NOW = 1_800_000_000_000L;

  @TempDir Path folder;

  private static NavigableSet<NodeName> nodes(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(each -> new NodeName("cn" + each))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void aCodeStaysBoundToItsFirstKeyAfterARestart() throws Exception {
    Path file = folder.resolve("enrolments");
    Enrolments codes = Enrolments.open(file);
    NodeName node = nodes(0, 1).first();
    String code = codes.create(nodes(0, 2), NOW).get(node);
    assertThat(codes.use(node, code, "key1", NOW)).isTrue();
    Enrolments again = Enrolments.open(file);
    assertThat(again.use(node, code, "key2", NOW)).isFalse();
    assertThat(again.use(node, code, "key1", NOW)).isTrue();
    assertThat(again.use(node, code, "key1", NOW + Enrolments.LIFE.toMillis() + 1)).isFalse();
  }

  @Test
  void asManyCodesAsNodesMayBeConnectedAndOneMoreIsRefusedWithTheReason() throws Exception {
    Enrolments codes = Enrolments.open(folder.resolve("enrolments"));
    codes.create(nodes(0, Enrolments.MAX), NOW);
    assertThatThrownBy(() -> codes.create(nodes(Enrolments.MAX, 1), NOW))
        .isInstanceOf(Pki.RefusedException.class)
        .hasMessageContaining("32768")
        .hasMessageContaining("15 minutes");
    long lifeMs = Enrolments.life(Enrolments.MAX).toMillis();
    assertThat(codes.create(nodes(Enrolments.MAX, 1), NOW + lifeMs + 1)).hasSize(1);
  }

  @Test
  void codesOfVeryManyNodesLiveLongEnoughToBeUsed() throws Exception {
    Enrolments codes = Enrolments.open(folder.resolve("enrolments"));
    NodeName first = nodes(0, 1).first();
    assertThat(Enrolments.life(1)).isEqualTo(Enrolments.LIFE);
    assertThat(Enrolments.life(2_500)).isEqualTo(Enrolments.LIFE);
    String code = codes.create(nodes(0, 10_000), NOW).get(first);
    long lateMs = NOW + 4 * Enrolments.LIFE.toMillis();
    assertThat(codes.use(first, code, "key1", lateMs)).isTrue();
    assertThat(codes.use(first, code, "key1", lateMs + 1)).isFalse();
  }

  @Test
  void theLastKeyOfANodeHoldsAndTheFileStaysSmall() throws Exception {
    Path file = folder.resolve("keys");
    NodeKeys keys = NodeKeys.open(file);
    NodeName node = nodes(7, 1).first();
    for (int i = 0; i < 2_500; i++) {
      keys.put(node, "fingerprint" + i);
    }
    assertThat(Files.readAllLines(file)).hasSizeLessThan(1_002);
    NodeKeys again = NodeKeys.open(file);
    assertThat(again.keyOf(node)).contains("fingerprint2499");
    assertThat(again.remove(node)).isTrue();
    assertThat(NodeKeys.open(file).keyOf(node)).isEmpty();
  }
}
