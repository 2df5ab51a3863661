package org.queqiao.contract.job;

/**
 * Indices of an array in even steps, both ends included.
 *
 * @param first the smallest, at least 0
 * @param last the largest; {@code last - first} is a multiple of {@code step}
 * @param step at least 1; 1 for a single index
 */
public record TaskRange(int first, int last, int step) {
  public TaskRange {
    if (first < 0 || last < first || step < 1 || (last - first) % step != 0) {
      throw new IllegalArgumentException("no range of indices: " + first + "-" + last + ":" + step);
    }
    step = first == last ? 1 : step;
  }

  /** How many indices. */
  public int count() {
    return (last - first) / step + 1;
  }

  /** As Slurm writes it: {@code 7}, {@code 0-9}, {@code 0-9:3}. */
  @Override
  public String toString() {
    return first == last
        ? Integer.toString(first)
        : first + "-" + last + (step == 1 ? "" : ":" + step);
  }
}
