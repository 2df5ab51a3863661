package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts.GresInventory;

/** What is kept of a node of Slurm. */
final class KnownNodeTest {
  private static final NodeName NAME = new NodeName("cn1");
  private static final long IDLE = 2;
  private static final long DRAINED = IDLE | 1 << 9;
  private static final long BOOT_S = 1_700_000_000;

  @TempDir Path folder;

  private static SlurmNode seen(long state, long bootS) {
    return new SlurmNode("cn1", state, 4, 0, 1_000, bootS, "gpu:a100:2(S:0),fpga:1", "", "");
  }

  @Test
  void aStartThatMovesBySecondsIsTheSameOne() {
    KnownNode first = KnownNode.of(seen(IDLE, BOOT_S), Optional.empty());
    for (long bootS : new long[] {BOOT_S - 59, BOOT_S + 1, BOOT_S + 59, 0}) {
      assertThat(KnownNode.of(seen(IDLE, bootS), Optional.of(first)).facts().bootId())
          .as("started at " + bootS)
          .isEqualTo(first.facts().bootId());
    }
    assertThat(KnownNode.of(seen(IDLE, BOOT_S + 61), Optional.of(first)).facts().bootId())
        .isNotEqualTo(first.facts().bootId());
  }

  @Test
  void whatIsKeptIsReadAgain() throws IOException {
    assertThat(KnownNode.read(NAME, folder)).isEmpty();
    KnownNode up = KnownNode.of(seen(IDLE, BOOT_S), Optional.empty());
    up.keep(folder);
    assertThat(KnownNode.read(NAME, folder)).contains(up);
    KnownNode away = KnownNode.of(seen(DRAINED, BOOT_S), Optional.of(up));
    away.keep(folder);
    assertThat(KnownNode.read(NAME, folder)).contains(away);
    assertThat(away.isUp()).isFalse();
    assertThat(away.facts().gres())
        .containsExactly(new GresInventory("fpga", "", 1), new GresInventory("gpu", "a100", 2));
  }

  /** Kept before devices were offered: with another start all its runs would be lost. */
  @Test
  void aNodeThatWasKeptWithoutDevicesIsTheSameNode() throws IOException {
    Files.writeString(folder.resolve("node"), "up 4 1000 77");
    assertThat(KnownNode.read(NAME, folder)).contains(new KnownNode(NAME, true, 4, 1000, 77, ""));
  }

  @Test
  void whatCannotBeReadIsNothing() throws IOException {
    for (String text : new String[] {"", "up 4", "up 4 x 1 -", "up 4 1000", "up 4 1000 1 2"}) {
      Files.writeString(folder.resolve("node"), text);
      assertThat(KnownNode.read(NAME, folder)).as(text).isEmpty();
    }
  }

  @Test
  void devicesAreThoseThatCanBeCounted() {
    assertThat(SlurmGres.told("")).isEmpty();
    assertThat(SlurmGres.told("(null)")).isEmpty();
    assertThat(SlurmGres.told("gpu:A100:4(S:0-1,3),bandwidth:lustre:no_consume:4G,mic:0"))
        .containsExactly(new GresInventory("gpu", "a100", 4));
    assertThat(SlurmGres.told("gpu:2,shard:8,mps:200"))
        .containsExactly(new GresInventory("gpu", "", 2));
    assertThat(SlurmGres.told("gpu:a100:2,gpu:v100:1,gpu_x:3"))
        .containsExactly(new GresInventory("gpu", "", 3), new GresInventory("gpu_x", "", 3));
    assertThat(SlurmGres.read(SlurmGres.kept(SlurmGres.told("gpu:a100:2,fpga:1"))))
        .isEqualTo(SlurmGres.told("gpu:a100:2,fpga:1"));
  }
}
