package org.queqiao.simulator.world;

/**
 * A connection from an agent to one life of the scheduler's process. It ends with either of them; a
 * message that is lost breaks it.
 */
public final class Connection {
  private final int node;
  private final long id;
  private final int life;
  private boolean broken;
  long arrivesAtServerMs;
  long arrivesAtNodeMs;

  Connection(int node, long id, int life) {
    this.node = node;
    this.id = id;
    this.life = life;
  }

  /** Which node dialled. */
  public int node() {
    return node;
  }

  /** Later connections have higher numbers. */
  public long id() {
    return id;
  }

  /** The life of the scheduler that was dialled, 0 when there was none. */
  public int life() {
    return life;
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
