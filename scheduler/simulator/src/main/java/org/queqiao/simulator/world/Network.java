package org.queqiao.simulator.world;

import java.util.SplittableRandom;

/**
 * Carries messages between the scheduler and its nodes. What a connection delivers comes in order,
 * as with TCP; a lost message breaks its connection. Harsher than TCP: a message may come again
 * later over the same connection, behind newer ones. Nothing comes over a connection that has
 * ended, because no TLS connection does that: an old life of either side is not heard by a new one.
 */
public final class Network {
  private static final int PERMILLE = 1_000;
  private static final int CALM_DELAY_MS = 4;
  private static final int ECHO_DELAY_MS = 20_000;

  private final Timeline timeline;
  private final SplittableRandom random;
  private final boolean[] cutToServer;
  private final boolean[] cutToNode;
  private int lossPermille;
  private int doublePermille;
  private int maxDelayMs = CALM_DELAY_MS;
  private long connections;
  private long lost;
  private long doubled;

  public Network(Timeline timeline, SplittableRandom random, int nodes) {
    this.timeline = timeline;
    this.random = random;
    this.cutToServer = new boolean[nodes];
    this.cutToNode = new boolean[nodes];
  }

  /**
   * A node dials.
   *
   * @param life of the scheduler that answers at the address, 0 for none
   */
  public Connection connect(int node, int life) {
    return new Connection(node, ++connections, life);
  }

  /** Sends towards the scheduler. */
  public void toServer(Connection connection, String what, Runnable delivery) {
    long earliestMs = connection.arrivesAtServerMs;
    connection.arrivesAtServerMs = send(connection, cutToServer, earliestMs, what, delivery);
  }

  /** Sends towards the node. */
  public void toNode(Connection connection, String what, Runnable delivery) {
    long earliestMs = connection.arrivesAtNodeMs;
    connection.arrivesAtNodeMs = send(connection, cutToNode, earliestMs, what, delivery);
  }

  private long send(
      Connection connection, boolean[] cut, long earliestMs, String what, Runnable delivery) {
    int node = connection.node();
    if (connection.broken()) {
      return earliestMs;
    }
    if (cut[node] || random.nextInt(PERMILLE) < lossPermille) {
      lost++;
      connection.close();
      return earliestMs;
    }
    long arrivalMs = Math.max(earliestMs, timeline.nowMs() + 1 + random.nextInt(maxDelayMs));
    timeline.after(
        arrivalMs - timeline.nowMs(),
        what,
        () -> {
          if (cut[node]) {
            connection.close();
          } else if (!connection.broken()) {
            delivery.run();
          }
        });
    if (random.nextInt(PERMILLE) < doublePermille) {
      doubled++;
      timeline.after(
          arrivalMs - timeline.nowMs() + random.nextInt(ECHO_DELAY_MS),
          what + " again",
          () -> {
            if (!cut[node] && !connection.broken()) {
              delivery.run();
            }
          });
    }
    return arrivalMs;
  }

  /** Cuts or mends the link of a node, each direction by itself. */
  public void cut(int node, boolean toServer, boolean toNode) {
    cutToServer[node] = toServer;
    cutToNode[node] = toNode;
  }

  /** Sets how bad it is from now on. */
  public void weather(int loss, int doubles, int delayMs) {
    lossPermille = loss;
    doublePermille = doubles;
    maxDelayMs = Math.max(1, delayMs);
  }

  /** Everything passes again, soon and once. */
  public void calm() {
    weather(0, 0, CALM_DELAY_MS);
    for (int node = 0; node < cutToNode.length; node++) {
      cut(node, false, false);
    }
  }

  /** Messages that never arrived. */
  public long lost() {
    return lost;
  }

  /** Messages that arrived twice. */
  public long doubled() {
    return doubled;
  }
}
