package org.queqiao.contract.policy;

/**
 * How long a run of a job class that wants it so goes on while its node has no contact with the
 * server. All are durations: no clock of a node is compared with one of the server.
 *
 * <pre>
 *   heartbeat that the server        lease        grace     margin
 *   heard, and said so       |--------------------|---------|-------> the server takes the run
 *                        the node sends         TERM      KILL        for ended
 * </pre>
 */
public final class NodeLease {
  /** Six heartbeats: fewer would end runs for a short trouble of the network. */
  public static final long MIN_MS = 60_000;

  /** A week. */
  public static final long MAX_MS = 604_800_000;

  /** The longest time between TERM and KILL of a run whose lease is over. */
  public static final long GRACE_MS = 30_000;

  /** How late what is due may be done, on a busy node. */
  private static final long LATE_MS = 30_000;

  /** One part in a hundred: clocks that only run differ by far less. */
  private static final long RATES = 100;

  private NodeLease() {}

  /** After so long without contact nothing of a run with this lease is left on its node. */
  public static long overMs(long leaseMs) {
    long endedMs = leaseMs + GRACE_MS;
    return endedMs + endedMs / RATES + LATE_MS;
  }
}
