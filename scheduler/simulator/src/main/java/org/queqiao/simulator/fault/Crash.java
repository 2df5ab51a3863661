package org.queqiao.simulator.fault;

/** A simulated process dies here. An error, so that nothing on the way handles it by mistake. */
public final class Crash extends Error {
  private static final long serialVersionUID = 1L;

  public Crash(String point) {
    super(point, null, false, false);
  }
}
