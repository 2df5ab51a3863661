package org.queqiao.contract.node;

/**
 * A switch, rack or other part of the site that nodes are close within.
 *
 * @param name of its own
 * @param parent what it hangs below, or empty for a root
 * @param nodes the nodes on it, such as {@code cn[001-064]}; empty for one that has others below it
 */
public record NetworkSwitch(String name, String parent, String nodes) {}
