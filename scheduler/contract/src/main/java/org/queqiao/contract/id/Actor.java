package org.queqiao.contract.id;

/**
 * Who caused a fact.
 *
 * @param kind what sort of principal it is
 * @param name the account, node or operating-system user; for {@code SYSTEM} the part of the system
 */
public record Actor(Kind kind, String name) {
  /** The sorts of principal. */
  public enum Kind {
    /** A signed-in account. */
    USER,
    /** A node agent, named by its certificate. */
    NODE,
    /** The scheduler itself: time passing, a pass of the planner. */
    SYSTEM,
    /** The operating-system user who owns the data folder, by a local command. */
    LOCAL_OWNER
  }

  /** The scheduler acting by its own rules. */
  public static final Actor SCHEDULER = new Actor(Kind.SYSTEM, "scheduler");

  public static Actor user(UserName name) {
    return new Actor(Kind.USER, name.value());
  }

  public static Actor node(NodeName name) {
    return new Actor(Kind.NODE, name.value());
  }

  public static Actor localOwner(String osUser) {
    return new Actor(Kind.LOCAL_OWNER, osUser);
  }

  @Override
  public String toString() {
    return kind + ":" + name;
  }
}
