package org.queqiao.contract.money;

/**
 * Another price for what a project uses beyond a volume.
 *
 * @param fromHours hours of a core, a device or a GiB, positive
 * @param microPerHour the price beyond
 */
public record PriceTier(long fromHours, long microPerHour) {}
