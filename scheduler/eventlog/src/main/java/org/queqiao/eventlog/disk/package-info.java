/**
 * The few operations that a log asks of storage, so that the same log runs on the operating
 * system's files and on a simulated disk that loses, tears and flips what was not forced.
 *
 * <p>Knows nothing of frames, segments or snapshots.
 */
package org.queqiao.eventlog.disk;
