/**
 * A disk in memory for simulations and tests: it loses, tears, reorders, flips and fills up as its
 * driver says, and never by chance of its own. The log on it is the one of {@code file}, so what
 * survives here is the code that runs in production.
 */
package org.queqiao.eventlog.memory;
