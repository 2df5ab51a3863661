package org.queqiao.accounting.imports;

import org.queqiao.contract.observe.ObservedRun;

/**
 * A run, as a line of a file says.
 *
 * @param line its number in the file, from 1
 * @param run what it says
 */
public record RunLine(int line, ObservedRun run) {}
