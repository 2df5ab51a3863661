/**
 * Speaks with the privileged launcher over its socket and reads the exit records of its spool, both
 * as on the page {@code docs/contracts/launcher.md}.
 */
package org.queqiao.agent.launcher;
