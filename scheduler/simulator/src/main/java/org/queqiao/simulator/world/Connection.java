package org.queqiao.simulator.world;

/** A connection from an agent to the scheduler. A message that is lost breaks it. */
public final class Connection {
  private final int node;
  private final long id;
  private boolean broken;
  long arrivesAtServerMs;
  long arrivesAtNodeMs;

  Connection(int node, long id) {
    this.node = node;
    this.id = id;
  }

  /** Which node dialled. */
  public int node() {
    return node;
  }

  /** Later connections have higher numbers. */
  public long id() {
    return id;
  }

  /** Whether nothing more passes. */
  public boolean broken() {
    return broken;
  }

  /** Ends it; both sides find out when they next look. */
  public void close() {
    broken = true;
  }
}
