package org.queqiao.accounting.nodes;

/**
 * Where the core time of a node went in a period, in core-milliseconds.
 *
 * @param capacityMs its cores times the time for which it was known
 * @param allocatedMs of cores on which runs went on, until the end of their last process
 * @param reservedMs of free cores within an open reservation
 * @param idleMs of other free cores
 * @param downMs of free cores while the node was down, drained or in maintenance
 * @param suspendedMs what was billed of suspended runs: their cores are free meanwhile, or another
 *     run's, so it is no part of the sum
 */
public record CoreTime(
    long capacityMs,
    long allocatedMs,
    long reservedMs,
    long idleMs,
    long downMs,
    long suspendedMs) {
  public static final CoreTime NONE = new CoreTime(0, 0, 0, 0, 0, 0);

  /** The sum of two. */
  public CoreTime plus(CoreTime other) {
    return new CoreTime(
        Math.addExact(capacityMs, other.capacityMs),
        Math.addExact(allocatedMs, other.allocatedMs),
        Math.addExact(reservedMs, other.reservedMs),
        Math.addExact(idleMs, other.idleMs),
        Math.addExact(downMs, other.downMs),
        Math.addExact(suspendedMs, other.suspendedMs));
  }

  /** What is missing for its parts to make the capacity; 0 when it reconciles. */
  public long differenceMs() {
    long parts = Math.addExact(allocatedMs, Math.addExact(reservedMs, idleMs));
    return Math.subtractExact(capacityMs, Math.addExact(parts, downMs));
  }

  /** Core time that two runs had at once: what a part is below nothing. */
  public long twiceMs() {
    long least = Math.min(0, Math.min(reservedMs, Math.min(idleMs, downMs)));
    return Math.negateExact(least);
  }

  /** Whether every core is accounted for once. */
  public boolean reconciles() {
    return differenceMs() == 0 && twiceMs() == 0;
  }

  static CoreTime capacity(long ms) {
    return new CoreTime(ms, 0, 0, 0, 0, 0);
  }

  static CoreTime allocated(long ms) {
    return new CoreTime(0, ms, 0, 0, 0, 0);
  }

  static CoreTime suspended(long ms) {
    return new CoreTime(0, 0, 0, 0, 0, ms);
  }
}
