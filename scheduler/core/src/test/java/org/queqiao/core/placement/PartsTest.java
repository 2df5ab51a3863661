package org.queqiao.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A choice of nodes is found whenever there is one. */
final class PartsTest {
  @Test
  void aChoiceIsFoundExactlyWhenTryingEverythingFindsOne() {
    int found = 0;
    int none = 0;
    for (long seed = 0; seed < 4_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int[] wanted = new int[random.nextInt(1, 4)];
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = random.nextInt(1, 3);
      }
      byte[] masks = new byte[random.nextInt(1, 8)];
      for (int i = 0; i < masks.length; i++) {
        masks[i] = (byte) random.nextInt(1 << wanted.length);
      }
      int[] chosen = new Parts(wanted).choose(masks);
      assertThat(chosen != null).as("seed %d", seed).isEqualTo(tryAll(masks, 0, wanted.clone()));
      if (chosen == null) {
        none++;
        continue;
      }
      found++;
      assertRight(seed, wanted, masks, chosen);
    }
    assertThat(found).isGreaterThan(500);
    assertThat(none).isGreaterThan(500);
  }

  private static void assertRight(long seed, int[] wanted, byte[] masks, int[] chosen) {
    assertThat(chosen).as("seed %d", seed).doesNotHaveDuplicates();
    int at = 0;
    for (int part = 0; part < wanted.length; part++) {
      for (int i = 0; i < wanted[part]; i++) {
        assertThat(masks[chosen[at++]] >> part & 1).as("seed %d", seed).isEqualTo(1);
      }
    }
    assertThat(at).isEqualTo(chosen.length);
  }

  private static boolean tryAll(byte[] masks, int node, int[] left) {
    boolean done = true;
    for (int each : left) {
      done &= each == 0;
    }
    if (done || node == masks.length) {
      return done;
    }
    for (int part = 0; part < left.length; part++) {
      if (left[part] > 0 && (masks[node] >> part & 1) == 1) {
        left[part]--;
        boolean rest = tryAll(masks, node + 1, left);
        left[part]++;
        if (rest) {
          return true;
        }
      }
    }
    return tryAll(masks, node + 1, left);
  }
}
