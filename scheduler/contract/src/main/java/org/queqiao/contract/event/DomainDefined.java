package org.queqiao.contract.event;

import org.queqiao.contract.id.DomainCode;

/**
 * A research domain exists, with its place among the others from now on.
 *
 * @param code the domain
 * @param title shown to people
 * @param parent the domain of which it is a part, or null
 */
public record DomainDefined(DomainCode code, String title, DomainCode parent) implements Event {
  /** So many domains stand one below the other at most, from the widest to the narrowest. */
  public static final int MOST_LEVELS = 8;

  /** One that is no part of another. */
  public DomainDefined(DomainCode code, String title) {
    this(code, title, null);
  }
}
