package org.queqiao.contract.event;

import org.queqiao.contract.id.ProjectName;

/**
 * What the ledger knows of the wallet of a project. The first one of a project closes its gate:
 * from then on a job of it starts only if the wallet can pay the most that it may cost.
 *
 * @param project whose wallet
 * @param balanceMicro what is in it, with everything that is held for runs taken out; below zero
 *     for what is owed; without the credit line
 * @param currency ISO 4217 code
 * @param asOfPosition with all facts up to this one of the log, and none behind it
 */
public record BudgetTold(ProjectName project, long balanceMicro, String currency, long asOfPosition)
    implements MoneyEvent {}
