package org.queqiao.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;

/** Nodes lie as a job asks for, whenever they can. */
final class FabricTest {
  private static final int NODES = 8;

  private static Switches switches(String... lines) {
    List<NetworkSwitch> all = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      all.add(new NetworkSwitch(words[0], words[1], words[2]));
    }
    return Switches.of(new TopologyDefined(all));
  }

  private static final Switches TREE =
      switches("core  ", "r1 core ", "s1 r1 n[0-1]", "s2 r1 n[2-4]", "s3 core n[5-6]");

  private static Fabric fabric() {
    List<NodeName> names = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      names.add(new NodeName("n" + i));
    }
    return new Fabric(TREE, names);
  }

  private static int[] choose(JobPlacement.Builder placement, int wanted, byte[] masks) {
    return Arrangement.of(placement.build(), wanted, fabric()).choose(new Parts(wanted), masks);
  }

  private static byte[] all() {
    byte[] masks = new byte[NODES];
    java.util.Arrays.fill(masks, (byte) 1);
    return masks;
  }

  @Test
  void byDefaultAJobLiesWithinTheSmallestPartThatHasRoom() {
    assertThat(choose(JobPlacement.builder(), 2, all())).containsExactly(0, 1);
    assertThat(choose(JobPlacement.builder(), 3, all())).containsExactly(2, 3, 4);
    assertThat(choose(JobPlacement.builder(), 5, all())).containsExactly(0, 1, 2, 3, 4);
    byte[] masks = all();
    masks[1] = 0;
    masks[3] = 0;
    assertThat(choose(JobPlacement.builder(), 2, masks)).containsExactly(2, 4);
    assertThat(choose(JobPlacement.builder(), 6, masks)).as("anywhere").hasSize(6);
  }

  @Test
  void namesAreNextToEachOtherAsPeopleCount() {
    List<NodeName> sorted = new ArrayList<>();
    for (String name : List.of("n10", "n1", "n9", "n2", "n010", "n1-ib", "gn7", "n")) {
      sorted.add(new NodeName(name));
    }
    sorted.sort(CountingOrder.INSTANCE);
    assertThat(sorted)
        .extracting(NodeName::value)
        .containsExactly("gn7", "n", "n1", "n1-ib", "n2", "n9", "n010", "n10");
    List<NodeName> names =
        List.of(new NodeName("n10"), new NodeName("n8"), new NodeName("n9"), new NodeName("n80"));
    int[] row =
        Arrangement.of(
                JobPlacement.builder().contiguous(true).build(),
                2,
                new Fabric(Switches.NONE, names))
            .choose(new Parts(2), new byte[] {1, 0, 1, 1});
    assertThat(row).as("n9 and n10").containsExactly(0, 2);
  }

  @Test
  void spreadTakesOneOfEachSwitchFirst() {
    assertThat(choose(JobPlacement.builder().spread(true), 3, all())).containsExactly(0, 2, 5);
  }

  @Test
  void whatMustLieSoDoesExactlyWhenTryingEverythingFindsAWay() {
    int found = 0;
    int none = 0;
    for (long seed = 0; seed < 3_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] masks = new byte[NODES];
      for (int i = 0; i < NODES; i++) {
        masks[i] = (byte) random.nextInt(2);
      }
      boolean contiguous = random.nextBoolean();
      int most = random.nextInt(contiguous ? 0 : 1, 4);
      int wanted = random.nextInt(1, 6);
      int[] on =
          choose(
              JobPlacement.builder().contiguous(contiguous).switches(most), wanted, masks.clone());
      boolean possible = false;
      for (int set = 0; set < 1 << NODES; set++) {
        possible |= Integer.bitCount(set) == wanted && lies(set, masks, contiguous, most);
      }
      assertThat(on != null).as("seed %d", seed).isEqualTo(possible);
      if (on == null) {
        none++;
        continue;
      }
      found++;
      int set = 0;
      for (int node : on) {
        set |= 1 << node;
      }
      assertThat(Integer.bitCount(set)).as("seed %d", seed).isEqualTo(wanted);
      assertThat(lies(set, masks, contiguous, most)).as("seed %d", seed).isTrue();
    }
    assertThat(found).isGreaterThan(500);
    assertThat(none).isGreaterThan(500);
  }

  @Test
  void severalPartsLieSoExactlyWhenTryingEverythingFindsAWay() {
    int found = 0;
    for (long seed = 0; seed < 3_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      boolean contiguous = random.nextBoolean();
      int most = contiguous ? random.nextInt(3) : 1;
      byte[] masks = new byte[NODES];
      for (int i = 0; i < NODES; i++) {
        masks[i] = (byte) random.nextInt(4);
      }
      if (!contiguous && random.nextBoolean()) {
        // As with nodes that are named: the first part needs all that can serve it.
        most = random.nextInt(1, 4);
        for (int i = 0; i < NODES; i++) {
          masks[i] = (byte) (masks[i] == 3 ? 2 : masks[i]);
        }
      }
      int named = 0;
      for (byte each : masks) {
        named += each & 1;
      }
      int first = most > 1 && !contiguous ? Math.max(1, named) : random.nextInt(1, 3);
      Parts parts = new Parts(first, random.nextInt(1, 3));
      int[] on =
          Arrangement.of(
                  JobPlacement.builder().contiguous(contiguous).switches(most).build(),
                  parts.total(),
                  fabric())
              .choose(parts, masks.clone());
      boolean possible = false;
      for (int set = 0; set < 1 << NODES; set++) {
        possible |=
            Integer.bitCount(set) == parts.total()
                && lies(set, masks, contiguous, most)
                && parts.choose(only(set, masks)) != null;
      }
      assertThat(on != null).as("seed %d", seed).isEqualTo(possible);
      found += on == null ? 0 : 1;
      int set = 0;
      for (int i = 0; on != null && i < on.length; i++) {
        set |= 1 << on[i];
        assertThat(masks[on[i]] >> (i < first ? 0 : 1) & 1).as("seed %d", seed).isOne();
      }
      assertThat(on == null || lies(set, masks, contiguous, most)).as("seed %d", seed).isTrue();
    }
    assertThat(found).isBetween(300, 2_700);
  }

  private static byte[] only(int set, byte[] masks) {
    byte[] out = masks.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] = (set >> i & 1) == 1 ? out[i] : 0;
    }
    return out;
  }

  private static boolean lies(int set, byte[] masks, boolean contiguous, int most) {
    TreeSet<Integer> leaves = new TreeSet<>();
    int first = -1;
    int last = -1;
    for (int node = 0; node < NODES; node++) {
      if ((set >> node & 1) == 1) {
        if (masks[node] == 0) {
          return false;
        }
        leaves.add(node < 2 ? 1 : node < 5 ? 2 : node < 7 ? 3 : 100 + node);
        first = first < 0 ? node : first;
        last = node;
      }
    }
    boolean row = last - first + 1 == Integer.bitCount(set);
    return (!contiguous || row) && (most == 0 || leaves.size() <= most);
  }

  @Test
  void aTreeThatIsNoneIsRefused() {
    assertThatThrownBy(() -> switches("a  n1", "a  n2")).hasMessageContaining("there twice");
    assertThatThrownBy(() -> switches("a b n1")).hasMessageContaining("not there");
    assertThatThrownBy(() -> switches("a b ", "b a ")).hasMessageContaining("below itself");
    assertThatThrownBy(() -> switches("a  n1", "b  n1")).hasMessageContaining("another one");
    assertThatThrownBy(() -> switches("a  n1", "b a n2")).hasMessageContaining("one of both");
    assertThatThrownBy(() -> switches("a  n[")).hasMessageContaining("switch 'a'");
  }
}
