package org.queqiao.server.gateway;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeHealth;

/**
 * What a node last said of itself. Not a fact: it lives in memory only.
 *
 * @param node the node
 * @param connected whether its agent is connected now
 * @param heardMs wall clock of the server when it was heard last
 * @param load1Milli load average over one minute, in thousandths
 * @param cpuBusyUs CPU time spent since its boot, in microseconds over all cores
 * @param memUsedBytes memory in use
 * @param memTotalBytes memory there is
 * @param runs how many runs are alive on it
 * @param health what its health check found last
 */
public record NodeGauges(
    NodeName node,
    boolean connected,
    long heardMs,
    long load1Milli,
    long cpuBusyUs,
    long memUsedBytes,
    long memTotalBytes,
    int runs,
    NodeHealth health) {
  NodeGauges disconnected() {
    return new NodeGauges(
        node, false, heardMs, load1Milli, cpuBusyUs, memUsedBytes, memTotalBytes, runs, health);
  }

  /** The same figures on a new connection. */
  NodeGauges connected(long nowMs, int runs) {
    return new NodeGauges(
        node, true, nowMs, load1Milli, cpuBusyUs, memUsedBytes, memTotalBytes, runs, health);
  }
}
