package org.queqiao.contract.account;

import org.queqiao.contract.id.DomainCode;

/**
 * A project's share in a research domain.
 *
 * @param domain the domain
 * @param permille of 1000; the shares of a project sum to 1000
 */
public record DomainShare(DomainCode domain, int permille) {}
