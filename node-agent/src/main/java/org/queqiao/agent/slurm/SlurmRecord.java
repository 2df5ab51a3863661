package org.queqiao.agent.slurm;

import java.util.List;

/**
 * A record of slurmdbd that has ended, as it is. Times are in seconds.
 *
 * @param index the number of the record in slurmdbd
 * @param state state and flags
 * @param suspendedS how long it was suspended
 * @param arrayJob number of its array, or 0
 * @param arrayTask its index, where it has an array
 * @param limitMinutes its time limit, or a number that means none
 * @param tres what it was given, as {@code cpu=4,mem=2000}
 * @param qos its quality of service, or empty
 */
record SlurmRecord(
    long job,
    long index,
    long submitS,
    long startS,
    long endS,
    long state,
    long exitCode,
    long suspendedS,
    long arrayJob,
    long arrayTask,
    long uid,
    long limitMinutes,
    String name,
    String user,
    String account,
    String partition,
    String nodes,
    String tres,
    String qos,
    List<Step> steps,
    Usage usage) {
  /**
   * What all steps used, where Slurm gathers it.
   *
   * @param userUs CPU time in microseconds, or -1
   * @param systemUs likewise
   * @param memBytes the most memory of a step, all its tasks together, or -1
   */
  record Usage(long userUs, long systemUs, long memBytes) {
    private static Usage read(SlurmAnswer answer) {
      return new Usage(answer.i64(), answer.i64(), answer.i64());
    }
  }

  /** A step of a record. */
  record Step(
      long number,
      long state,
      long exitCode,
      long tasks,
      long startS,
      long endS,
      String name,
      String tres) {}

  static List<SlurmRecord> list(SlurmAnswer answer) {
    return answer.list(SlurmRecord::read);
  }

  private static SlurmRecord read(SlurmAnswer answer) {
    return new SlurmRecord(
        answer.u32(),
        answer.i64(),
        answer.i64(),
        answer.i64(),
        answer.i64(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        answer.text(),
        steps(answer),
        Usage.read(answer));
  }

  private static List<Step> steps(SlurmAnswer answer) {
    return answer.list(SlurmRecord::step);
  }

  private static Step step(SlurmAnswer answer) {
    return new Step(
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.u32(),
        answer.i64(),
        answer.i64(),
        answer.text(),
        answer.text());
  }
}
