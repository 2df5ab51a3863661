package org.queqiao.contract.id;

import java.util.Comparator;

/** One attempt of a job; attempts count from 1. */
public record RunId(JobId job, int attempt) implements Comparable<RunId> {
  private static final Comparator<RunId> ORDER =
      Comparator.comparing(RunId::job).thenComparingInt(RunId::attempt);

  public RunId {
    if (attempt <= 0) {
      throw new IllegalArgumentException("an attempt is positive, not " + attempt);
    }
  }

  @Override
  public int compareTo(RunId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return job + "." + attempt;
  }
}
