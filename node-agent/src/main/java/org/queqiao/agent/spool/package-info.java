/** Keeps the records of the reconciler on disk, synced. Knows only files and the records. */
package org.queqiao.agent.spool;
