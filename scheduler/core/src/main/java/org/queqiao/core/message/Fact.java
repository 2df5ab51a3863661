package org.queqiao.core.message;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.Actor;

/**
 * An event with its cause, before it has a place in the log.
 *
 * @param reason why, in the words of the actor; empty when they did not say
 */
public record Fact(Actor actor, String reason, Event event) {
  /** A fact for which nobody said why. */
  public Fact(Actor actor, Event event) {
    this(actor, "", event);
  }
}
