/** From a snapshot and the log to a machine, or a clear refusal. */
package org.queqiao.runtime.recovery;
