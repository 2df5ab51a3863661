package org.queqiao.contract.event;

import org.queqiao.contract.id.ProjectName;

/**
 * Somebody of a project finds a charge wrong.
 *
 * @param dispute its number: the position of this fact
 * @param project whose charge
 * @param transaction of the ledger
 * @param reason in words
 */
public record DisputeOpened(long dispute, ProjectName project, String transaction, String reason)
    implements MoneyEvent {}
