package org.queqiao.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.node.NodeFacts;

/**
 * What nodes offer changes exactly when an answer does, for the queue is put in order anew then.
 */
final class OfferedTest {
  private static final PartitionName ANY = new PartitionName("any");
  private static final long GIB = 1L << 30;
  private static final int MOST_CORES = 9;

  @Test
  void aNodeThatTellsSomeKibMoreOrLessChangesNothingWhileAnotherHasLess() {
    Offered offered = new Offered(new Policy(), new NodeTable());
    offered.count(null, node(1, 4, 64 * GIB));
    offered.count(null, node(2, 4, 64 * GIB + 8_192));

    NodeFacts told = node(2, 4, 64 * GIB + 4_096);
    assertThat(offered.changesWith(node(2, 4, 64 * GIB + 8_192), told)).isFalse();
    assertThat(offered.changesWith(null, node(3, 4, 64 * GIB + 12_288))).isFalse();
    assertThat(offered.changesWith(node(2, 4, 64 * GIB + 8_192), node(2, 4, 63 * GIB))).isTrue();
    assertThat(offered.changesWith(node(1, 4, 64 * GIB), node(1, 4, 65 * GIB))).isTrue();
    assertThat(offered.changesWith(null, node(3, 8, 512 * GIB))).isTrue();
  }

  @Test
  void itSaysThatItChangesExactlyWhenAnAnswerDoes() {
    Random random = new Random(11);
    int changes = 0;
    int same = 0;
    for (int round = 0; round < 200; round++) {
      Offered offered = new Offered(new Policy(), new NodeTable());
      List<NodeFacts> nodes = new ArrayList<>();
      for (int step = 0; step < 40; step++) {
        boolean again = !nodes.isEmpty() && random.nextInt(3) > 0;
        int index = again ? random.nextInt(nodes.size()) : nodes.size();
        NodeFacts before = again ? nodes.get(index) : null;
        NodeFacts after = node(index, 1 + random.nextInt(4), GIB + 4_096L * random.nextInt(30));
        String counted = offered.toString();
        List<Long> answers = answers(offered);

        boolean changed = offered.changesWith(before, after);

        assertThat(offered.toString()).as("nothing is counted by the question").isEqualTo(counted);
        offered.count(before, after);
        assertThat(changed)
            .as("%s instead of %s", after, before)
            .isEqualTo(!answers.equals(answers(offered)));
        changes += changed ? 1 : 0;
        same += changed ? 0 : 1;
        if (again) {
          nodes.set(index, after);
        } else {
          nodes.add(after);
        }
      }
    }
    assertThat(changes).isPositive();
    assertThat(same).isGreaterThan(changes);
  }

  private static List<Long> answers(Offered offered) {
    Offered.Kinds kinds = offered.of(ANY);
    List<Long> out = new ArrayList<>();
    for (int least = 0; least <= MOST_CORES; least++) {
      out.add(kinds.cores(least));
      out.add(kinds.memPerCore(least));
    }
    return out;
  }

  private static NodeFacts node(int number, int cores, long memBytes) {
    return new NodeFacts(
        new NodeName("n" + number), "boot", cores, memBytes, List.of(), "", "", List.of());
  }
}
