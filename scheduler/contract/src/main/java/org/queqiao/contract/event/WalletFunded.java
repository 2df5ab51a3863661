package org.queqiao.contract.event;

import org.queqiao.contract.id.ProjectName;

/**
 * Money was put into the wallet of a project.
 *
 * @param project whose wallet
 * @param amountMicro positive, micro-units of the currency
 * @param currency ISO 4217 code
 * @param reason in words
 */
public record WalletFunded(ProjectName project, long amountMicro, String currency, String reason)
    implements Event {}
