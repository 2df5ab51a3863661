package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/**
 * A node gets no new jobs.
 *
 * @param byHealth whether its health check says so, which also ends it; else an administrator does
 */
public record NodeDrained(NodeName node, String reason, boolean byHealth) implements Event {
  /** Until an administrator resumes it. */
  public NodeDrained(NodeName node, String reason) {
    this(node, reason, false);
  }
}
