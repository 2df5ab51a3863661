/** Copies of the machine beside the live one, made from snapshots and the log. */
package org.queqiao.runtime.copy;
