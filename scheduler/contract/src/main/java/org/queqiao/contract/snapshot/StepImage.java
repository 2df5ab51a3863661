package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.id.NodeName;

/**
 * A step, as people may ask for it.
 *
 * @param attempt of which run of its job
 * @param number counts the steps of the run, from 0
 * @param name shown to people
 * @param tasks over all nodes
 * @param nodes where
 * @param startMs scheduler time of its begin
 * @param endMs scheduler time of its end; 0 before
 * @param exitCode the highest of its tasks; null before its end, and when its run ended before it
 */
public record StepImage(
    int attempt,
    int number,
    String name,
    int tasks,
    List<NodeName> nodes,
    long startMs,
    long endMs,
    Integer exitCode) {
  public StepImage {
    nodes = List.copyOf(nodes);
  }

  /** The same step, over. */
  public StepImage over(long atMs, Integer code) {
    return new StepImage(attempt, number, name, tasks, nodes, startMs, atMs, code);
  }
}
