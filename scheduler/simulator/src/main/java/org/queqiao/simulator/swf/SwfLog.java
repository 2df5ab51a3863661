package org.queqiao.simulator.swf;

import java.util.Arrays;

/**
 * The jobs of a workload log, in the order of its lines, column by column. Times are seconds since
 * the start of the log. Format: Chapin et al., "Benchmarks and Standards for the Evaluation of
 * Parallel Job Schedulers", JSSPP 1999.
 */
public final class SwfLog {
  private static final int UNKNOWN = -1;

  private long[] id = new long[1024];
  private long[] submit = new long[1024];
  private long[] run = new long[1024];
  private long[] allocated = new long[1024];
  private long[] asked = new long[1024];
  private long[] limit = new long[1024];
  private int[] user = new int[1024];
  private int size;
  private long maxProcs = UNKNOWN;

  void add(
      long newId,
      long newSubmit,
      long newRun,
      long newAllocated,
      long newAsked,
      long newLimit,
      int newUser) {
    if (size == id.length) {
      grow();
    }
    id[size] = newId;
    submit[size] = newSubmit;
    run[size] = newRun;
    allocated[size] = newAllocated;
    asked[size] = newAsked;
    limit[size] = newLimit;
    user[size] = newUser;
    size++;
  }

  private void grow() {
    int room = size * 2;
    id = Arrays.copyOf(id, room);
    submit = Arrays.copyOf(submit, room);
    run = Arrays.copyOf(run, room);
    allocated = Arrays.copyOf(allocated, room);
    asked = Arrays.copyOf(asked, room);
    limit = Arrays.copyOf(limit, room);
    user = Arrays.copyOf(user, room);
  }

  void maxProcs(long processors) {
    maxProcs = processors;
  }

  /** Processors of the machine as the header of the log states, or -1. */
  public long maxProcs() {
    return maxProcs;
  }

  /** How many jobs. */
  public int size() {
    return size;
  }

  /** Field 1. */
  public long id(int i) {
    return id[i];
  }

  /** Field 2. */
  public long submit(int i) {
    return submit[i];
  }

  /** Field 4: how long it ran. */
  public long run(int i) {
    return run[i];
  }

  /** Field 5: processors it got. */
  public long allocated(int i) {
    return allocated[i];
  }

  /** Field 8: processors it asked for. */
  public long asked(int i) {
    return asked[i];
  }

  /** Field 9: how long it asked for. */
  public long limit(int i) {
    return limit[i];
  }

  /** Field 12. */
  public int user(int i) {
    return user[i];
  }
}
