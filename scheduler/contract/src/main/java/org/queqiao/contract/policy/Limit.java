package org.queqiao.contract.policy;

/**
 * One bound.
 *
 * @param scope over what it is counted
 * @param quantity what it bounds
 * @param gres the kind of generic resource, such as {@code gpu}; empty for all other quantities
 * @param most the most that is allowed; 0 allows nothing
 */
public record Limit(LimitScope scope, Quantity quantity, String gres, long most) {}
