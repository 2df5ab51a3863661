package org.queqiao.accounting.ledger;

import org.queqiao.contract.id.RunId;

/**
 * A run that holds cores.
 *
 * @param run which run
 * @param startMs logical time of its allocation
 * @param cores over all its nodes
 * @param heldMicro what its wallet holds back for it
 * @param currency of the hold, or empty
 */
public record OpenRun(RunId run, long startMs, long cores, long heldMicro, String currency) {}
