/**
 * A small HTTP load generator on plain sockets, so that the client costs little of the two cores.
 */
package org.queqiao.benchmarks.load;
