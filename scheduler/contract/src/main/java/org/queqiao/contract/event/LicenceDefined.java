package org.queqiao.contract.event;

/**
 * The site has so many of a licence, whatever nodes its jobs run on.
 *
 * @param name the licence
 * @param count how many may be in use at once; fewer than are in use ends nothing
 */
public record LicenceDefined(String name, int count) implements Event {}
