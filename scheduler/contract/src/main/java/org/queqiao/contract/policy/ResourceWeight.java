package org.queqiao.contract.policy;

/**
 * How much an amount of a resource weighs.
 *
 * @param resource {@code cores}, {@code mem}, or {@code gres/NAME}
 * @param weight for each {@code per} of it
 * @param per an amount of the resource: cores, bytes or devices
 */
public record ResourceWeight(String resource, long weight, long per) {}
