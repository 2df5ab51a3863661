package org.queqiao.simulator.fault;

/** Something that goes wrong. Times are simulated milliseconds; nodes are numbered from 0. */
public sealed interface Fault {
  /** When it begins, or from when on it waits for its place. */
  long atMs();

  /** The node that it is about; -1 for none. */
  default int node() {
    return -1;
  }

  /** The scheduler is killed. */
  record KillServer(long atMs, long downMs) implements Fault {}

  /** The scheduler is killed when it comes to a named place for the nth time. */
  record KillServerAt(long atMs, String point, int nth, long downMs) implements Fault {}

  /** A sync of the log fails once; the next one would succeed. */
  record FailSync(long atMs, long downMs) implements Fault {}

  /** The disk of the log has little room, or none at all. */
  record FillDisk(long atMs, long forMs, boolean wholly) implements Fault {}

  /** The scheduler stands still; another one takes over, and the first one wakes up later. */
  record PauseServer(long atMs, long forMs) implements Fault {}

  /** The wall clock of the scheduler's host jumps. */
  record StepClock(long atMs, long deltaMs) implements Fault {}

  /** The agent of a node is killed; what runs there goes on. */
  record KillAgent(long atMs, int node, long downMs) implements Fault {}

  /** The agent is killed when it comes to a named place for the nth time. */
  record KillAgentAt(long atMs, int node, String point, int nth, long downMs) implements Fault {}

  /** A node loses power and comes back under a new boot. */
  record RebootNode(long atMs, int node, long downMs) implements Fault {}

  /** A node loses power for good; an operator fences it later. */
  record LoseNode(long atMs, int node, long fencedAfterMs) implements Fault {}

  /** Nothing passes between a node and the scheduler in the given directions. */
  record CutNode(long atMs, int node, long forMs, boolean toServer, boolean toNode)
      implements Fault {}

  /** Messages are lost, doubled, and delayed so that they overtake each other. */
  record Weather(long atMs, long forMs, int lossPermille, int doublePermille, int maxDelayMs)
      implements Fault {}
}
