package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;

/** What goes out to agents of several ages. */
final class DesiredPushTest {
  /** TERM would end the run on a node of before. */
  @Test
  void anOlderAgentGetsOnlyTheWarningsThatItTakesForWarnings() {
    for (int number = 1; number <= WarningSignal.MAX_NUMBER; number++) {
      boolean known = List.of(1, 2, 10, 12, 18).contains(number);
      assertThat(sent(AgentFrame.PROTOCOL_SIGNALS - 1, number)).isEqualTo(known ? number : 0);
      assertThat(sent(AgentFrame.PROTOCOL_SIGNALS, number)).isEqualTo(number);
    }
  }

  private static int sent(int protocol, int number) {
    DesiredRunState run =
        new DesiredRunState(
            new RunId(new JobId(1), 1),
            false,
            1_000,
            new UserName("someone"),
            "someone",
            1_000,
            1,
            null,
            List.of(),
            new WarningSignal(number, 60_000, false),
            null);
    NodeName node = new NodeName("cn1");
    Recorded line = new Recorded(protocol, new ArrayList<>());
    DesiredPush push = new DesiredPush(node, line);
    push.known(run.run(), false);
    push.update(new DesiredState(node, 1, List.of(run)), 1);
    push.flush(1);
    return ((ServerMessage.DesiredSet) line.sent.getLast()).runs().getFirst().signal();
  }

  private record Recorded(int protocol, List<ServerMessage> sent) implements DesiredPush.Line {
    @Override
    public void send(ServerMessage message) {
      sent.add(message);
    }

    @Override
    public boolean congested() {
      return false;
    }

    @Override
    public void flushSoon() {}

    @Override
    public void askSoon() {}

    @Override
    public void ask(DesiredRunState run, long epoch) {}
  }
}
