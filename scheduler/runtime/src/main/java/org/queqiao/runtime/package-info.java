/**
 * Runs the deterministic machine on a durable log: decide, apply, append, one sync for a batch, and
 * only then replies and effects. Knows the core, the log and the contract; no network, no database.
 */
package org.queqiao.runtime;
