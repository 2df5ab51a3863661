package org.queqiao.contract.money;

/** What has a price of its own, by the hour; energy by the kilowatt-hour. */
public enum Resource {
  /** One core. */
  CORES,
  /** One device, as a GPU. */
  ACCELERATORS,
  /** One GiB of memory that is held. */
  MEMORY,
  /** One core that a reservation keeps and that no run holds. */
  RESERVED,
  /** One kilowatt-hour that a run's processors took. */
  ENERGY
}
