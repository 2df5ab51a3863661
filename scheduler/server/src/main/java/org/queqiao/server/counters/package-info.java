/** Keeps what nodes counted of runs, in files of its own. */
package org.queqiao.server.counters;
