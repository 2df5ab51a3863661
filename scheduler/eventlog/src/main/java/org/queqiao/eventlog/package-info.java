/**
 * The durable log of facts as its callers see it: bytes, positions, epochs and snapshots.
 *
 * <p>This package and everything below it knows only the JDK. It does not know what a payload
 * means. Order of calls: open a store, {@link org.queqiao.eventlog.EventLog#claimEpoch claim} an
 * epoch, then append and sync from one thread; cursors read from any thread.
 */
package org.queqiao.eventlog;
