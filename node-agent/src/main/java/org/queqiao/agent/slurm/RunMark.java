package org.queqiao.agent.slurm;

import java.util.Optional;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * The name that a run has as a job of Slurm: {@code queqiao:JOB.ATTEMPT:NODE}. It is looked for
 * before a run is submitted, so that no run is submitted twice.
 *
 * @param run which run
 * @param node where its script runs
 */
record RunMark(RunId run, NodeName node) {
  @Override
  public String toString() {
    return History.OWN_MARK + run + ":" + node;
  }

  /** Reads the name of a job; empty when it is none of these. */
  static Optional<RunMark> of(String name) {
    String[] part = name.split(":", -1);
    String[] run = part.length == 3 ? part[1].split("\\.", -1) : new String[0];
    if (run.length != 2 || !(part[0] + ":").equals(History.OWN_MARK)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new RunMark(
              new RunId(new JobId(Long.parseLong(run[0])), Integer.parseInt(run[1])),
              new NodeName(part[2])));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
