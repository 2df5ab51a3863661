package org.queqiao.contract.event;

import org.queqiao.contract.id.DomainCode;

/**
 * A research domain exists.
 *
 * @param code the domain
 * @param title shown to people
 */
public record DomainDefined(DomainCode code, String title) implements Event {}
