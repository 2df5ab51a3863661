package org.queqiao.accounting.ledger;

import org.queqiao.contract.id.ProjectName;

/**
 * What is in the wallet of a project that pays before.
 *
 * @param currency ISO 4217 code
 * @param balanceMicro without what is held for runs; below zero for what is owed
 * @param creditMicro how far below zero starts may take it
 */
public record Budget(ProjectName project, String currency, long balanceMicro, long creditMicro) {}
