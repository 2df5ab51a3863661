package org.queqiao.contract.job;

/**
 * A typed generic resource asked for on each node.
 *
 * @param name the resource, such as {@code gpu}
 * @param type the model, or empty for any
 * @param count how many on each node, positive
 */
public record GresRequest(String name, String type, int count) {}
