package org.queqiao.agent.slurm;

import java.util.List;

/** A node as slurmctld knows it. */
record SlurmNode(
    String name,
    long state,
    long cpus,
    long busyCpus,
    long memMib,
    long bootS,
    String gres,
    String features,
    String reason) {
  private static final int BASE = 0xf;
  private static final int DOWN = 1;
  private static final long DRAIN = 1 << 9;
  private static final long NO_RESPOND = 1 << 11;
  private static final long FAIL = 1 << 13;

  /** Whether Slurm gives it jobs. */
  boolean isUp() {
    return (state & BASE) > DOWN && (state & (DRAIN | NO_RESPOND | FAIL)) == 0;
  }

  /** The nodes of an answer; the partitions behind them are not read. */
  static List<SlurmNode> list(SlurmAnswer answer) {
    return answer.list(SlurmNode::read);
  }

  private static SlurmNode read(SlurmAnswer answer) {
    return new SlurmNode(
        answer.text(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.i64(),
        answer.i64(),
        answer.text(),
        answer.text(),
        answer.text());
  }
}
