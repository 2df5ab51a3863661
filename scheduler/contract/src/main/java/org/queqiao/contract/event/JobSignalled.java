package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/** The time has come at which a run gets the warning signal that its job asks for. */
public record JobSignalled(RunId run) implements Event {}
