package org.queqiao.core.message;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.Actor;

/** An event with its cause, before it has a place in the log. */
public record Fact(Actor actor, Event event) {}
