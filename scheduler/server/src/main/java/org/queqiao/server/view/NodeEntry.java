package org.queqiao.server.view;

import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;

/**
 * A node as readers see it.
 *
 * @param facts what its agent found
 * @param state whether it takes part
 * @param reason why it is down, or empty
 * @param lastSeenMs last proven life sign when it went down, else 0
 * @param drained whether it gets no new jobs
 * @param drainReason in words, or empty
 * @param settings what the site says of it
 * @param coresAllocated held by runs
 * @param memAllocatedBytes held by runs
 * @param jobs how many jobs hold something there
 */
public record NodeEntry(
    NodeFacts facts,
    NodeState state,
    String reason,
    long lastSeenMs,
    boolean drained,
    String drainReason,
    NodeSettings settings,
    int coresAllocated,
    long memAllocatedBytes,
    int jobs) {
  static NodeEntry registered(NodeFacts facts) {
    return new NodeEntry(
        facts, NodeState.DOWN, "registered", 0, false, "", NodeSettings.DEFAULT, 0, 0, 0);
  }

  NodeEntry withFacts(NodeFacts fresh) {
    return new NodeEntry(
        fresh,
        state,
        reason,
        lastSeenMs,
        drained,
        drainReason,
        settings,
        coresAllocated,
        memAllocatedBytes,
        jobs);
  }

  NodeEntry in(NodeState next, String why, long seenMs) {
    return new NodeEntry(
        facts,
        next,
        why,
        seenMs,
        drained,
        drainReason,
        settings,
        coresAllocated,
        memAllocatedBytes,
        jobs);
  }

  NodeEntry drained(boolean now, String why) {
    return new NodeEntry(
        facts,
        state,
        reason,
        lastSeenMs,
        now,
        why,
        settings,
        coresAllocated,
        memAllocatedBytes,
        jobs);
  }

  NodeEntry with(NodeSettings said) {
    return new NodeEntry(
        facts,
        state,
        reason,
        lastSeenMs,
        drained,
        drainReason,
        said,
        coresAllocated,
        memAllocatedBytes,
        jobs);
  }

  /** One job more or less, with what it holds. */
  NodeEntry holding(int moreCores, long moreMemBytes, int moreJobs) {
    return new NodeEntry(
        facts,
        state,
        reason,
        lastSeenMs,
        drained,
        drainReason,
        settings,
        Math.addExact(coresAllocated, moreCores),
        Math.addExact(memAllocatedBytes, moreMemBytes),
        Math.addExact(jobs, moreJobs));
  }
}
