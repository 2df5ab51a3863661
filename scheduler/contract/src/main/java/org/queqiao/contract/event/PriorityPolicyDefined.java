package org.queqiao.contract.event;

import org.queqiao.contract.policy.PriorityPolicy;

/** The site decided how priorities are put together. */
public record PriorityPolicyDefined(PriorityPolicy policy) implements Event {}
