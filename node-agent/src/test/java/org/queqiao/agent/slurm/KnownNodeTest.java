package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.id.NodeName;

/** What is kept of a node of Slurm. */
final class KnownNodeTest {
  private static final NodeName NAME = new NodeName("cn1");
  private static final long IDLE = 2;
  private static final long DRAINED = IDLE | 1 << 9;
  private static final long BOOT_S = 1_700_000_000;

  @TempDir Path folder;

  private static SlurmNode seen(long state, long bootS) {
    return new SlurmNode("cn1", state, 4, 0, 1_000, bootS, "", "", "");
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
  }

  @Test
  void whatCannotBeReadIsNothing() throws IOException {
    for (String text : new String[] {"", "up 4", "up 4 x 1", "up 4 1000 1 2"}) {
      Files.writeString(folder.resolve("node"), text);
      assertThat(KnownNode.read(NAME, folder)).as(text).isEmpty();
    }
  }
}
