package org.queqiao.accounting.ledger;

/** What the amounts of a posting count. */
public enum Unit {
  /** Core-milliseconds. */
  CORE_MS,
  /** Device-milliseconds. */
  DEVICE_MS,
  /** Milliseconds of standard core-hours. */
  STANDARD_CORE_MS,
  /** Core-milliseconds of allowances. */
  ALLOWANCE_CORE_MS,
  /** Energy. */
  MILLIJOULES,
  /** Millionths of the posting's currency. */
  MICRO
}
