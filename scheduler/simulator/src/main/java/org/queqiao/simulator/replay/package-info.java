/**
 * Replays workload logs through the planning engine of the live machine, on a pool of processors in
 * virtual time. Knows the engine, nothing of logs of events, nodes or servers.
 */
package org.queqiao.simulator.replay;
