package org.queqiao.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;

/** Spoiled frames are refused as such, or read as something that can be written again. */
final class AgentFrameFuzzTest {
  private static final int ROUNDS = 60_000;

  private final long seed = Long.getLong("queqiao.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);

  private byte[] spoiled(byte[] good) {
    byte[] bytes = good.clone();
    for (int changes = random.nextInt(1, 6); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        default -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 12));
          System.arraycopy(
              bytes, at, longer, Math.min(at + 2, longer.length - bytes.length), bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  @Test
  void aSpoiledFrameIsRefusedOrIsAMessage() {
    List<byte[]> good = new ArrayList<>();
    Samples.fromAgent().values().forEach(message -> good.add(AgentFrame.encode(message)));
    Samples.fromServer().values().forEach(message -> good.add(AgentFrame.encode(message)));
    int read = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = spoiled(good.get(random.nextInt(good.size())));
      try {
        AgentMessage message = AgentFrame.decodeFromAgent(bytes);
        AgentFrame.decodeFromAgent(AgentFrame.encode(message));
        read++;
      } catch (MalformedRecordException e) {
        assertThat(e.getMessage()).isNotEmpty();
      } catch (RuntimeException e) {
        throw new AssertionError("-Dqueqiao.seed=" + seed + " " + Arrays.toString(bytes), e);
      }
      try {
        ServerMessage message = AgentFrame.decodeFromServer(bytes);
        AgentFrame.decodeFromServer(AgentFrame.encode(message));
        read++;
      } catch (MalformedRecordException e) {
        assertThat(e.getMessage()).isNotEmpty();
      } catch (RuntimeException e) {
        throw new AssertionError("-Dqueqiao.seed=" + seed + " " + Arrays.toString(bytes), e);
      }
    }
    assertThat(read).as("some are still messages").isBetween(ROUNDS / 100, ROUNDS);
  }
}
