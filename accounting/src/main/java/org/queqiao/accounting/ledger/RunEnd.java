package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import org.queqiao.contract.job.RunExit;

/**
 * What a run made of what it had.
 *
 * @param job as it was when the run ended
 * @param state of the job, or why the run alone was over, such as {@code REQUEUED}
 * @param month of its end in the billing zone, as {@code YYYY-MM}
 * @param runs 1, or -1 where what was told of a run before is taken back
 * @param coreMs core-milliseconds that are metered
 * @param limitCoreMs core-milliseconds that its time limit allowed, however absurd that is
 * @param knownCoreMs {@code coreMs} where the processor time is known, else 0
 * @param cpuMs processor time of its processes, in milliseconds
 * @param knownDeviceMs accelerator-milliseconds for which it is known how busy they were
 * @param idleDeviceMs those of them in which they were idle
 */
public record RunEnd(
    JobRow job,
    String state,
    String month,
    int runs,
    long coreMs,
    BigInteger limitCoreMs,
    long knownCoreMs,
    long cpuMs,
    long knownDeviceMs,
    long idleDeviceMs) {
  private static final long US_PER_MS = 1_000;

  /**
   * The end of a run.
   *
   * @param cores that it held
   * @param exit what is known of its processes, or null
   */
  static RunEnd of(JobRow job, String state, String month, long cores, long coreMs, RunExit exit) {
    boolean known = exit != null && exit.kind() != RunExit.Kind.LOST;
    long cpuMs = known ? Math.addExact(exit.userUs(), exit.systemUs()) / US_PER_MS : 0;
    return new RunEnd(
        job,
        state,
        month,
        1,
        coreMs,
        BigInteger.valueOf(cores).multiply(BigInteger.valueOf(job.limitMs())),
        known ? coreMs : 0,
        cpuMs,
        exit == null ? 0 : exit.accelerators().measuredMs(),
        exit == null ? 0 : exit.accelerators().idleMs());
  }

  /** The same taken back. */
  RunEnd back() {
    return new RunEnd(
        job,
        state,
        month,
        -runs,
        Math.negateExact(coreMs),
        limitCoreMs.negate(),
        Math.negateExact(knownCoreMs),
        Math.negateExact(cpuMs),
        Math.negateExact(knownDeviceMs),
        Math.negateExact(idleDeviceMs));
  }
}
