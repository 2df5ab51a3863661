package org.queqiao.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/** Cores of a run lie as close to each other as what is free allows. */
final class CoreChoiceTest {
  /** Two sockets of two NUMA nodes; core 8 is in none. */
  private static final List<NumaNode> NUMA =
      List.of(
          new NumaNode(0, List.of(0, 1)),
          new NumaNode(0, List.of(2, 3)),
          new NumaNode(1, List.of(4, 5)),
          new NumaNode(1, List.of(6, 7)));

  private static BitSet free(int... cores) {
    BitSet free = new BitSet();
    for (int core : cores) {
      free.set(core);
    }
    return free;
  }

  @Test
  void aNodeOfWhichNothingIsKnownGivesItsLowestCores() {
    assertThat(CoreChoice.choose(List.of(), free(1, 3, 4), 2)).containsExactly(1, 3);
  }

  @Test
  void theNumaNodeWithTheLeastRoomThatIsEnoughIsTaken() {
    assertThat(CoreChoice.choose(NUMA, free(0, 1, 3, 4, 5), 1)).containsExactly(3);
    assertThat(CoreChoice.choose(NUMA, free(1, 3, 4, 5), 2)).containsExactly(4, 5);
    assertThat(CoreChoice.choose(NUMA, free(0, 2, 3, 4, 5, 6, 7), 3)).containsExactly(0, 2, 3);
  }

  private static int sockets(List<Integer> cores) {
    TreeSet<Integer> sockets = new TreeSet<>();
    cores.forEach(core -> sockets.add(core == 8 ? -1 : core / 4));
    return sockets.size();
  }

  private static int numaNodes(List<Integer> cores) {
    TreeSet<Integer> nodes = new TreeSet<>();
    cores.forEach(core -> nodes.add(core == 8 ? -1 : core / 2));
    return nodes.size();
  }

  @Test
  void noOtherChoiceIsOnFewerSocketsOrInFewerNumaNodesOfSoMany() {
    for (long seed = 0; seed < 2_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      BitSet free = BitSet.valueOf(new long[] {random.nextInt(1, 512)});
      int count = random.nextInt(1, free.cardinality() + 1);
      List<Integer> chosen = CoreChoice.choose(NUMA, free, count);
      assertThat(chosen).as("seed %d", seed).hasSize(count).isSorted().doesNotHaveDuplicates();
      for (int set = 1; set < 512; set++) {
        List<Integer> other = new ArrayList<>();
        for (int core = 0; core < 9; core++) {
          if ((set >> core & 1) == 1 && free.get(core)) {
            other.add(core);
          }
        }
        if (other.size() == count) {
          assertThat(sockets(chosen)).as("seed %d", seed).isLessThanOrEqualTo(sockets(other));
          if (sockets(other) == sockets(chosen) && sockets(other) == 1) {
            assertThat(numaNodes(chosen)).as("seed %d", seed).isLessThanOrEqualTo(numaNodes(other));
          }
        }
      }
      assertThat(chosen.stream().allMatch(free::get)).as("seed %d", seed).isTrue();
    }
  }
}
