package org.queqiao.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.jna.BootClock;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.contract.agent.ServerMessage.DesiredSet;

/** What counts as contact with the server, and when. */
final class ServerContactTest {
  @TempDir private Path spool;

  private long nowMs = 1_000;
  private ServerContact contact;

  @BeforeEach
  void theLauncherKeepsTheFile() throws IOException {
    Files.createFile(spool.resolve("contact"));
    contact = new ServerContact(spool, () -> nowMs);
  }

  /** The moment that monitors read, or -1 where there is none yet. */
  private long told() throws IOException {
    byte[] bytes = Files.readAllBytes(spool.resolve("contact"));
    if (bytes.length == 0) {
      return -1;
    }
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, 32);
    assertThat(bytes).hasSize(36);
    assertThat(ByteBuffer.wrap(bytes).getInt(32)).isEqualTo((int) crc.getValue());
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    assertThat(java.util.HexFormat.of().formatHex(bytes, 16, 32)).isEqualTo(boot.replace("-", ""));
    return ByteBuffer.wrap(bytes).getLong(8);
  }

  @Test
  void whatCountsIsWhenItWasSentNotWhenItWasAnswered() throws IOException {
    contact.begins();
    nowMs = 5_000;
    contact.desired(7, 7, List.of());
    assertThat(told()).as("the hello").isEqualTo(1_000);
    contact.beats(1);
    nowMs = 6_000;
    contact.beats(2);
    nowMs = 600_000;
    contact.heard(1, 7);
    assertThat(told()).as("the answer was long on its way").isEqualTo(5_000);
    contact.heard(2, 7);
    assertThat(told()).isEqualTo(6_000);
    contact.heard(2, 7);
    contact.heard(0, 7);
    contact.heard(99, 7);
    assertThat(told()).as("answers to nothing").isEqualTo(6_000);
  }

  @Test
  void nothingCountsBeforeTheDesiredSetOfItsConnection() throws IOException {
    contact.begins();
    contact.beats(1);
    contact.heard(1, 7);
    assertThat(told()).isEqualTo(-1);
    contact.desired(7, 7, List.of());
    assertThat(told()).isEqualTo(1_000);
    nowMs = 9_000;
    contact.begins();
    contact.beats(1);
    contact.heard(1, 7);
    assertThat(told()).as("the next connection").isEqualTo(1_000);
    contact.desired(7, 7, List.of());
    assertThat(told()).isEqualTo(9_000);
  }

  @Test
  void nothingCountsOfAServerWhoseEpochIsOver() throws IOException {
    contact.begins();
    contact.beats(1);
    contact.desired(6, 7, List.of());
    contact.heard(1, 7);
    contact.desired(7, 7, List.of());
    contact.heard(1, 7);
    assertThat(told()).as("it is left, whatever else it says").isEqualTo(-1);
  }

  @Test
  void aSetThatIsOlderThanOneTakenBeforeIsNoContact() throws IOException {
    Reconciler reconciler = new Reconciler(new SpoolImage());
    reconciler.onLauncher(List.of(), 0);
    contact.begins();
    contact.desired(7, 7, reconciler.onDesired(new DesiredSet(7, 5, List.of()), 0));
    assertThat(told()).isEqualTo(1_000);
    nowMs = 2_000;
    contact.begins();
    contact.beats(1);
    contact.desired(7, 7, reconciler.onDesired(new DesiredSet(7, 4, List.of()), 0));
    contact.heard(1, 7);
    assertThat(told())
        .as("neither its hello nor what is heard before one is taken")
        .isEqualTo(1_000);
    nowMs = 3_000;
    contact.beats(2);
    contact.desired(7, 7, reconciler.onDesired(new DesiredSet(7, 5, List.of()), 0));
    assertThat(told()).isEqualTo(2_000);
    contact.heard(2, 7);
    assertThat(told()).isEqualTo(3_000);
  }

  @Test
  void whatIsHeardOfAServerThatIsLeftAfterItsFirstSetCountsNoMore() throws IOException {
    contact.begins();
    contact.desired(7, 7, List.of());
    nowMs = 2_000;
    contact.beats(1);
    contact.heard(1, 7);
    assertThat(told()).isEqualTo(2_000);
    nowMs = 3_000;
    contact.beats(2);
    contact.heard(2, 8);
    assertThat(told()).as("another epoch was accepted since").isEqualTo(2_000);
    contact.beats(3);
    contact.desired(6, 7, List.of());
    contact.heard(3, 7);
    assertThat(told()).as("the connection ends, what is on its way is still read").isEqualTo(2_000);
    nowMs = 4_000;
    contact.begins();
    contact.desired(8, 8, List.of());
    assertThat(told()).isEqualTo(4_000);
  }

  @Test
  void anAnswerToWhatWasSentInTheEpochBeforeDoesNotCount() throws IOException {
    contact.begins();
    contact.desired(7, 7, List.of());
    nowMs = 2_000;
    contact.beats(1);
    contact.desired(8, 8, List.of());
    contact.heard(1, 8);
    assertThat(told()).isEqualTo(1_000);
    nowMs = 3_000;
    contact.beats(2);
    contact.heard(2, 8);
    assertThat(told()).isEqualTo(3_000);
  }

  @Test
  void aLauncherThatKeepsNoFileKnowsNoLeases() throws IOException {
    assertThat(contact.isKept()).isTrue();
    Files.delete(spool.resolve("contact"));
    assertThat(contact.isKept()).isFalse();
    Files.createDirectory(spool.resolve("contact"));
    assertThat(contact.isKept()).as("what cannot be written is none").isFalse();
    Files.delete(spool.resolve("contact"));
    contact.begins();
    contact.desired(7, 7, List.of());
    assertThat(spool.resolve("contact")).doesNotExist();
  }

  @Test
  void theClockIsTheTimeSinceTheMachineBegan() throws IOException {
    long before = BootClock.nowMs();
    String uptime = Files.readString(Path.of("/proc/uptime")).split(" ")[0];
    long after = BootClock.nowMs();
    // It is told in hundredths of a second.
    assertThat(new BigDecimal(uptime).movePointRight(3).longValueExact())
        .isBetween(before - 10, after);
  }
}
