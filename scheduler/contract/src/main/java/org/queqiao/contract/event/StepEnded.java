package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * The last task of a step has ended, as the program that started it says.
 *
 * @param exitCode the highest of its tasks: 0 to 255, 128 plus the signal for one that a signal
 *     ended
 */
public record StepEnded(RunId run, int step, int exitCode) implements Event {}
