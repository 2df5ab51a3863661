package org.queqiao.agent.measure;

import org.queqiao.contract.metrics.CounterValue;

/** What a node as a whole has taken, which is shared out among its runs. */
public interface NodePower {
  /** Energy of all processor packages in microjoules, without a step back, or why there is none. */
  CounterValue energy();

  /** CPU time of all cores since the start of the node, in microseconds. */
  long busyUs();
}
