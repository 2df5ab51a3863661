package org.queqiao.contract.event;

import org.queqiao.contract.id.Actor;

/**
 * A fact with its place in history.
 *
 * @param position contiguous from 1
 * @param epoch term of the leader that wrote it
 * @param timeMs logical time, never decreasing
 * @param actor who caused it; the decision that it was permitted is part of the fact
 * @param reason why, in the words of the actor; empty when they did not say
 * @param event the fact
 */
public record LoggedEvent(
    long position, long epoch, long timeMs, Actor actor, String reason, Event event) {
  /** A fact for which nobody said why. */
  public LoggedEvent(long position, long epoch, long timeMs, Actor actor, Event event) {
    this(position, epoch, timeMs, actor, "", event);
  }
}
