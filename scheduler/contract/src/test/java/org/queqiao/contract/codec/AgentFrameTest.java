package org.queqiao.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.MalformedRecordException;

/** Which frames are refused before their body is read. */
final class AgentFrameTest {
  @Test
  void whatTheOtherEndShouldSendIsRefusedByItsFirstBytes() {
    Samples.fromServer()
        .values()
        .forEach(message ->
            assertThatThrownBy(() -> AgentFrame.decodeFromAgent(AgentFrame.encode(message)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("not a message that an agent sends"));
    Samples.fromAgent()
        .values()
        .forEach(message ->
            assertThatThrownBy(() -> AgentFrame.decodeFromServer(AgentFrame.encode(message)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("not a message that the server sends"));
  }

  @Test
  void aFrameIsExactlyOneMessage() {
    byte[] hello = AgentFrame.encode(Samples.fromAgent().get("Hello"));
    byte[] longer = Arrays.copyOf(hello, hello.length + 1);
    byte[] shorter = Arrays.copyOf(hello, hello.length - 1);
    for (byte[] wrong : new byte[][] {longer, shorter, {}, {-1, -1, -1, -1, -1, -1}}) {
      assertThatThrownBy(() -> AgentFrame.decodeFromAgent(wrong))
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void anEnrolmentIsKnownByItsTagAlone() {
    Samples.fromAgent()
        .forEach((name, message) ->
            assertThat(AgentFrame.isEnrol(AgentFrame.encode(message)))
                .as(name)
                .isEqualTo(name.equals("Enrol")));
  }
}
