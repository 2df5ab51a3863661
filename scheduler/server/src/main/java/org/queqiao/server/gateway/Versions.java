package org.queqiao.server.gateway;

import org.queqiao.contract.codec.AgentFrame;

/** Which versions of the agent protocol are spoken here. */
final class Versions {
  private Versions() {}

  /** Why an agent of these versions is not understood; null when it is. */
  static String refusal(int min, int max) {
    if (min <= AgentFrame.PROTOCOL_MAX && max >= AgentFrame.PROTOCOL_MIN) {
      return null;
    }
    return "this server speaks versions "
        + AgentFrame.PROTOCOL_MIN
        + " to "
        + AgentFrame.PROTOCOL_MAX
        + " of the agent protocol, the agent "
        + min
        + " to "
        + max;
  }
}
