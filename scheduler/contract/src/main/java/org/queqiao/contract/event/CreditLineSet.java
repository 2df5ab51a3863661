package org.queqiao.contract.event;

import org.queqiao.contract.id.ProjectName;

/**
 * How far below zero the wallet of a project may go by starts of jobs. Also a line of zero makes
 * the project one that pays before.
 *
 * @param project whose wallet
 * @param creditMicro not below zero, micro-units of the currency
 * @param currency ISO 4217 code
 * @param reason in words
 */
public record CreditLineSet(ProjectName project, long creditMicro, String currency, String reason)
    implements MoneyEvent {}
