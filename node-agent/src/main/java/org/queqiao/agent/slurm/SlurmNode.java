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
  private static final String[] WORDS = {
    "UNKNOWN", "DOWN", "IDLE", "ALLOCATED", "ERROR", "MIXED", "FUTURE"
  };
  private static final long DRAIN = 1 << 9;
  private static final long COMPLETING = 1 << 10;
  private static final long NO_RESPOND = 1 << 11;
  private static final long FAIL = 1 << 13;

  /** Whether Slurm gives it jobs. */
  boolean isUp() {
    return (state & BASE) > DOWN && (state & (DRAIN | NO_RESPOND | FAIL)) == 0;
  }

  /** Its state as Slurm writes it, such as {@code MIXED+DRAIN}. */
  String word() {
    int base = (int) (state & BASE);
    StringBuilder word = new StringBuilder(base < WORDS.length ? WORDS[base] : "UNKNOWN");
    word.append((state & DRAIN) != 0 ? "+DRAIN" : "");
    word.append((state & COMPLETING) != 0 ? "+COMPLETING" : "");
    word.append((state & FAIL) != 0 ? "+FAIL" : "");
    return word.append((state & NO_RESPOND) != 0 ? "+NOT_RESPONDING" : "").toString();
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
