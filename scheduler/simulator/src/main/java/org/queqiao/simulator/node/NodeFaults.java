package org.queqiao.simulator.node;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.node.NodeHealth;

/**
 * What goes wrong with the commands of nodes: always the same for a run, and for a node at a time,
 * so that nothing else of a history is drawn otherwise.
 */
final class NodeFaults {
  private static final int ONE_OF = 61;
  private static final int PROLOG = 7;
  private static final int EPILOG = 11;

  /** Heartbeats after which a node is sound for ever. */
  private static final int SOUND_AFTER = 24;

  private static final int LONG = 6;

  private NodeFaults() {}

  static boolean prologFails(RunId run) {
    return of(run) == PROLOG;
  }

  static boolean epilogFails(RunId run) {
    return of(run) == EPILOG;
  }

  /** What the health check of a node says with one of its heartbeats. */
  static NodeHealth health(int node, int heartbeat) {
    boolean ill = heartbeat < SOUND_AFTER && (heartbeat / LONG + node) % 5 == 2;
    return new NodeHealth(ill ? "fan " + heartbeat / LONG : "", heartbeat);
  }

  private static long of(RunId run) {
    return (run.job().value() * 31 + run.attempt() * 17L) % ONE_OF;
  }
}
