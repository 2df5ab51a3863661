/**
 * What every event log promises, as tests: a store's own test class extends {@link
 * org.queqiao.eventlog.testkit.EventLogContract} and says how to make the store, crash it and fill
 * its disk. Knows the public contract of the log alone.
 */
package org.queqiao.eventlog.testkit;
