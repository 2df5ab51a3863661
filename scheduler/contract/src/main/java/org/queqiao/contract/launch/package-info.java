/**
 * The orders that the server signs for the privileged launcher of a node, byte for byte as on the
 * page {@code docs/contracts/launcher.md}. Knows only ids.
 */
package org.queqiao.contract.launch;
