/** Tests of the offline reader. */
package org.queqiao.eventlog.tool;
