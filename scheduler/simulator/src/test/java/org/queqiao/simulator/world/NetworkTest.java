package org.queqiao.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class NetworkTest {
  private static final int ALWAYS = 1_000;
  private static final int MESSAGES = 50;

  private final Timeline timeline = new Timeline();
  private final Network network = new Network(timeline, new SplittableRandom(7), 1);
  private final List<String> heard = new ArrayList<>();

  private void tell(Connection connection, String what) {
    network.toNode(connection, what, () -> heard.add(what));
  }

  private void pass(long untilMs) {
    while (timeline.next(untilMs)) {
      // The next happening, until none is left.
    }
    timeline.passTo(untilMs);
  }

  @Test
  void whatComesTwiceComesOverItsConnectionAndLate() {
    network.weather(0, ALWAYS, 10);
    Connection connection = network.connect(0, 1);
    for (int each = 0; each < MESSAGES; each++) {
      tell(connection, "message " + each);
    }
    pass(60_000);
    assertThat(heard).hasSize(2 * MESSAGES);
    assertThat(heard.indexOf("message 49")).isLessThan(heard.lastIndexOf("message 0"));
  }

  @Test
  void nothingComesOverAConnectionThatHasEnded() {
    network.weather(0, ALWAYS, 10);
    Connection connection = network.connect(0, 1);
    for (int each = 0; each < MESSAGES; each++) {
      tell(connection, "message " + each);
    }
    pass(10);
    int before = heard.size();
    assertThat(before)
        .as("each message, and perhaps some echoes")
        .isBetween(MESSAGES, MESSAGES + 5);
    connection.close();
    Connection next = network.connect(0, 1);
    network.calm();
    tell(next, "news");
    pass(60_000);
    assertThat(heard.subList(before, heard.size())).containsExactly("news");
  }

  @Test
  void aLostMessageEndsItsConnection() {
    network.weather(ALWAYS, 0, 10);
    Connection connection = network.connect(0, 1);
    tell(connection, "lost");
    network.calm();
    tell(connection, "after it");
    pass(60_000);
    assertThat(heard).isEmpty();
    assertThat(connection.broken()).isTrue();
    assertThat(network.lost()).isEqualTo(1);
  }
}
