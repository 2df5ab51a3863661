package org.queqiao.server.gateway;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.RunMetrics;

/** Where what nodes count goes. No call blocks. */
public interface CountersKeeper {
  /** Keeps nothing, so that agents keep what they have. */
  CountersKeeper NONE =
      new CountersKeeper() {
        @Override
        public void keep(NodeName node, RunMetrics metrics, byte[] series, Runnable stored) {}

        @Override
        public void follow(NodeName node, AgentMessage.RunSamplesReport samples) {}

        @Override
        public void heard(NodeName node, long wallMs, AgentMessage.Heartbeat beat) {}
      };

  /**
   * Takes what a node counted of a run from its start to its end. What cannot be taken now is told
   * again.
   *
   * @param series packed, or empty
   * @param stored is called on some thread once it is on disk; not at all when it is not taken
   */
  void keep(NodeName node, RunMetrics metrics, byte[] series, Runnable stored);

  /** Takes what a node counted of a living run since it last said so. */
  void follow(NodeName node, AgentMessage.RunSamplesReport samples);

  /** Takes the figures of a heartbeat. */
  void heard(NodeName node, long wallMs, AgentMessage.Heartbeat beat);
}
