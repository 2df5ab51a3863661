package org.queqiao.eventlog.memory;

import java.util.SplittableRandom;

/** How a machine dies: what becomes of that which was written and not forced. */
public sealed interface Crash {

  /** Only the process dies: the kernel keeps everything that was written. */
  @SuppressWarnings("AvoidCommonTypeNames")
  record Process() implements Crash {}

  /** The power fails: nothing that was not forced survives. */
  record PowerLoss() implements Crash {}

  /**
   * The power fails while the storage writes in order: a prefix survives of each file, all names
   * do.
   *
   * @param keptBytes of what was written to a file since its last force
   */
  record Torn(long keptBytes) implements Crash {}

  /**
   * The power fails while the storage writes in any order: each sector of 512 bytes survives or
   * not, and so does a prefix of the changes of names.
   *
   * @param random decides; the same state gives the same crash
   */
  record Scattered(SplittableRandom random) implements Crash {}
}
