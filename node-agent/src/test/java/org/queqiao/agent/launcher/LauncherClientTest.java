package org.queqiao.agent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.codec.AgentFrame;

final class LauncherClientTest {
  private static final int REPLY = 0x51515250;
  private static final short LIST = 4;
  private static final short CAPABILITIES = 6;

  @TempDir Path folder;

  /** The server gives an agent of version 7 any signal, and an older launcher refuses it. */
  @Test
  void anAgentSpeaksNoNewerVersionThanItsLauncherGoesAlongWith() throws Exception {
    LauncherClient.Capabilities old = capabilities(1, 7);
    assertThat(old.anySignal()).isFalse();
    assertThat(old.protocol()).isLessThan(AgentFrame.PROTOCOL_SIGNALS);
    assertThat(old.absent())
        .hasSize(2)
        .anySatisfy(missing ->
            assertThat(missing)
                .startsWith("signals before the end other than ")
                .endsWith("the launcher is older than the agent; others wait for it"))
        .contains("leases of runs: the launcher is older than the agent; they get none here");

    LauncherClient.Capabilities present = capabilities(1, 7, 10, 11);
    assertThat(present.anySignal()).isTrue();
    assertThat(present.protocol()).isEqualTo(AgentFrame.PROTOCOL_MAX);
    assertThat(present.absent()).isEmpty();
  }

  /** The file of contact outlives the launcher that made it. */
  @Test
  void anOlderLauncherPutBackKnowsNoLeasesAndTheServerHearsOfIt() throws Exception {
    LauncherClient.Capabilities old = capabilities(1, 7, 10);
    LauncherClient.Capabilities present = capabilities(1, 7, 10, 11);
    assertThat(old.leases()).isFalse();
    assertThat(present.leases()).isTrue();
    assertThat(present.tellsTheSame(old)).isFalse();
    assertThat(present.tellsTheSame(present)).isTrue();
  }

  /** As a client learns them of a launcher that can do these. */
  private LauncherClient.Capabilities capabilities(int... ids) throws Exception {
    Path socket = folder.resolve("launcher-" + ids.length);
    try (ServerSocketChannel launcher = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      launcher.bind(UnixDomainSocketAddress.of(socket));
      Thread answers = Thread.ofPlatform().daemon().start(() -> answer(launcher, ids));
      LauncherListener nobody =
          (LauncherListener)
              Proxy.newProxyInstance(
                  LauncherListener.class.getClassLoader(),
                  new Class<?>[] {LauncherListener.class},
                  (_, _, _) -> null);
      try (LauncherClient client = LauncherClient.connect(socket, nobody)) {
        answers.join(10_000);
        return client.capabilities();
      }
    }
  }

  private static void answer(ServerSocketChannel launcher, int... ids) {
    ByteBuffer capabilities = ByteBuffer.allocate(24 + 6 * ids.length);
    capabilities.put(new byte[16]).putInt(1).putInt(ids.length);
    for (int id : ids) {
      capabilities.putShort((short) id).putShort((short) 1).putShort((short) 0);
    }
    ByteBuffer list = ByteBuffer.allocate(8);
    try (SocketChannel agent = launcher.accept()) {
      for (ByteBuffer payload : List.of(capabilities.flip(), list)) {
        ByteBuffer header = ByteBuffer.allocate(12);
        while (header.hasRemaining() && agent.read(header) >= 0) {}
        ByteBuffer body = ByteBuffer.allocate(header.getInt(8));
        while (body.hasRemaining() && agent.read(body) >= 0) {}
        ByteBuffer reply = ByteBuffer.allocate(22 + payload.remaining());
        reply.putInt(REPLY).putShort((short) 1);
        reply.putShort(payload == list ? LIST : CAPABILITIES).putInt(10 + payload.remaining());
        reply.putInt(0).putInt(0).putShort((short) 0).put(payload).flip();
        agent.write(reply);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
