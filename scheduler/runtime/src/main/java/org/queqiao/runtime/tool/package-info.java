/** Reads a log that no scheduler is writing: describe, dump, verify, replay. */
package org.queqiao.runtime.tool;
