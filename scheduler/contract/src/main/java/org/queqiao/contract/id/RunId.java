package org.queqiao.contract.id;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One attempt of a job; attempts count from 1. */
public record RunId(JobId job, int attempt) implements Comparable<RunId> {
  private static final Comparator<RunId> ORDER =
      Comparator.comparing(RunId::job).thenComparingInt(RunId::attempt);
  private static final Pattern TRANSACTION =
      Pattern.compile("[a-z-]+/([0-9]{1,18})\\.([0-9]{1,9}).*");

  public RunId {
    if (attempt <= 0) {
      throw new IllegalArgumentException("an attempt is positive, not " + attempt);
    }
  }

  /** The run that a transaction of the ledger names, if it names one: its kind, then the run. */
  public static Optional<RunId> ofTransaction(String transaction) {
    Matcher found = TRANSACTION.matcher(transaction);
    if (!found.matches()) {
      return Optional.empty();
    }
    long job = Long.parseLong(found.group(1));
    int attempt = Integer.parseInt(found.group(2));
    return job == 0 || attempt == 0
        ? Optional.empty()
        : Optional.of(new RunId(new JobId(job), attempt));
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
