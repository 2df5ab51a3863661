package org.queqiao.accounting.nodes;

/**
 * A node as the facts have it, and until when its time is accounted for.
 *
 * @param node its name
 * @param atMs until when
 * @param cores how many it has
 * @param up whether it is up
 * @param drained whether it gets no new jobs
 * @param held cores that runs hold and use
 * @param upSinceMs when it came up last, or 0
 * @param reserved how many reservations are open on it that somebody may use
 * @param maintenance how many are open that nobody may use
 */
public record NodeClock(
    String node,
    long atMs,
    int cores,
    boolean up,
    boolean drained,
    long held,
    long upSinceMs,
    int reserved,
    int maintenance) {
  /** A node that was registered just now and is not up yet. */
  static NodeClock registered(String node, long atMs, int cores) {
    return new NodeClock(node, atMs, cores, false, false, 0, 0, 0, 0);
  }

  NodeClock at(long ms) {
    return new NodeClock(node, ms, cores, up, drained, held, upSinceMs, reserved, maintenance);
  }

  NodeClock cores(int count) {
    return new NodeClock(node, atMs, count, up, drained, held, upSinceMs, reserved, maintenance);
  }

  NodeClock up(boolean now) {
    long since = now && !up ? atMs : upSinceMs;
    return new NodeClock(node, atMs, cores, now, drained, held, since, reserved, maintenance);
  }

  NodeClock drained(boolean now) {
    return new NodeClock(node, atMs, cores, up, now, held, upSinceMs, reserved, maintenance);
  }

  NodeClock hold(long more) {
    long now = Math.addExact(held, more);
    return new NodeClock(node, atMs, cores, up, drained, now, upSinceMs, reserved, maintenance);
  }

  NodeClock reserve(int more, boolean forNobody) {
    return new NodeClock(
        node,
        atMs,
        cores,
        up,
        drained,
        held,
        upSinceMs,
        reserved + (forNobody ? 0 : more),
        maintenance + (forNobody ? more : 0));
  }

  /** Whether free cores of it could be used. */
  boolean isOffered() {
    return up && !drained && maintenance == 0;
  }

  /** Free core time as what it counts in the node's present state. */
  CoreTime free(long ms) {
    if (!isOffered()) {
      return new CoreTime(0, 0, 0, 0, ms, 0);
    }
    return reserved > 0 ? new CoreTime(0, 0, ms, 0, 0, 0) : new CoreTime(0, 0, 0, ms, 0, 0);
  }

  /** Free core time while the node was not up. */
  static CoreTime down(long ms) {
    return new CoreTime(0, 0, 0, 0, ms, 0);
  }
}
