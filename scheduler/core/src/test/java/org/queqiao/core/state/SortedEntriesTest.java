package org.queqiao.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A tree that is made at once is the one that is made entry by entry, and goes on as one. */
final class SortedEntriesTest {
  @Test
  void theTreeIsTheSameInWhateverOrderTheEntriesCome() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      SortedEntries<Integer, Integer> entries = new SortedEntries<>();
      TreeMap<Integer, Integer> expected = new TreeMap<>();
      boolean ordered = random.nextBoolean();
      int size = random.nextInt(60);
      for (int i = 0; i < size; i++) {
        int key = ordered ? 3 * i : random.nextInt(60);
        entries.add(key, i);
        expected.put(key, i);
      }
      TreeMap<Integer, Integer> tree = entries.toTree();
      assertThat(tree).isEqualTo(expected);
      for (int i = 0; i < 40; i++) {
        int key = random.nextInt(180);
        if (random.nextBoolean()) {
          tree.put(key, i);
          expected.put(key, i);
        } else {
          tree.remove(key);
          expected.remove(key);
        }
        assertThat(tree.ceilingKey(key)).isEqualTo(expected.ceilingKey(key));
      }
      assertThat(tree).isEqualTo(expected);
    }
  }
}
