/**
 * The scheduler's host: a log that survives crashes, and one life of the real runtime after
 * another.
 */
package org.queqiao.simulator.server;
