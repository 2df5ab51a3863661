package org.queqiao.contract.event;

import org.queqiao.contract.id.PlatformName;

/**
 * A service platform exists, or its title changed.
 *
 * @param name the platform
 * @param title shown to people
 */
public record PlatformDefined(PlatformName name, String title) implements Event {}
