package org.queqiao.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;

final class TaskIndicesTest {
  @Test
  void placesAndIndicesAgreeWithAPlainList() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      BitSet bits = new BitSet();
      for (int i = random.nextInt(6); i >= 0; i--) {
        int first = random.nextInt(60);
        int step = 1 + random.nextInt(4);
        for (int index = first; index < first + random.nextInt(40); index += step) {
          bits.set(index);
        }
        bits.set(first);
      }
      List<Integer> plain = new ArrayList<>(bits.stream().boxed().toList());
      TaskIndices indices = TaskIndices.of(bits);
      assertThat(indices.count()).as("seed %s", seed).isEqualTo(plain.size());
      List<Integer> read = new ArrayList<>();
      for (TaskRange range : indices.ranges()) {
        for (int index = range.first(); index <= range.last(); index += range.step()) {
          read.add(index);
        }
      }
      assertThat(read).as("seed %s: %s", seed, indices).isEqualTo(plain);
      for (int index = 0; index < 110; index++) {
        assertThat(indices.ordinalOf(index))
            .as("seed %s: %s in %s", seed, index, indices)
            .isEqualTo(plain.indexOf(index));
      }
      int from = random.nextInt(plain.size());
      int to = from + random.nextInt(plain.size() - from);
      assertThat(TaskIndices.of(indices.between(from, to)).count()).isEqualTo(to - from + 1);
      assertThat(indices.at(from)).isEqualTo(plain.get(from));
      assertThat(indices.between(from, to).getLast().last()).isEqualTo(plain.get(to));
    }
  }

  @Test
  void rangesThatOverlapOrFallAreRefused() {
    TaskRange low = new TaskRange(0, 4, 2);
    assertThatThrownBy(() -> TaskIndices.of(List.of(low, new TaskRange(3, 3, 1))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TaskIndices.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TaskRange(0, 5, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesOfFilesGetArrayAndIndexAndKeepTheRest() {
    ArrayTask task = new ArrayTask(new JobId(12), 7);
    assertThat(task.expand("o/%A_%a.%j.%%A%x%")).isEqualTo("o/12_7.%j.%%A%x%");
  }
}
