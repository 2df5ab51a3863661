package org.queqiao.simulator.node;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.simulator.world.Connection;

/** Where agents' messages arrive: whichever scheduler answers at the address. */
public interface ServerDoor {
  /** Which life of the scheduler answers a node that dials now, 0 for none. */
  int life();

  /**
   * A message has arrived.
   *
   * @param agent where answers on this connection go
   */
  void receive(Connection connection, VirtualNode agent, AgentMessage message);
}
