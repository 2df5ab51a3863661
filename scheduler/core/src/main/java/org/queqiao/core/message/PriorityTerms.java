package org.queqiao.core.message;

import java.util.List;

/**
 * The priority of a job, term by term.
 *
 * @param terms in the order in which they are stated
 */
public record PriorityTerms(List<Term> terms) {
  /**
   * One term.
   *
   * @param name such as {@code age}
   * @param weight points for a full factor
   * @param factorPpm the factor in millionths; of nice: the steps, negated, times a million
   * @param micro what the term adds, in millionths of a point
   */
  public record Term(String name, long weight, long factorPpm, long micro) {
    /** The term of a weight and a factor. */
    public static Term of(String name, long weight, long factorPpm) {
      return new Term(name, weight, factorPpm, Math.multiplyExact(weight, factorPpm));
    }
  }

  public PriorityTerms {
    terms = List.copyOf(terms);
  }

  /** The sum, in millionths of a point. */
  public long totalMicro() {
    long sum = 0;
    for (Term each : terms) {
      sum = Math.addExact(sum, each.micro());
    }
    return sum;
  }
}
