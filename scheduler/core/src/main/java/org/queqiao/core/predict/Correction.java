package org.queqiao.core.predict;

import java.util.Optional;

/** What is believed of a job that runs longer than it was believed to. */
public enum Correction {
  /** That it runs to its limit. */
  REQUESTED("requested") {
    @Override
    public long correct(long believed, long limit, int corrections) {
      return limit;
    }
  },

  /**
   * That it runs a little longer, by steps that grow: the table of Tsafrir, Etsion and Feitelson
   * (see {@link LastTwoRuns}), in seconds.
   */
  TSAFRIR("tsafrir") {
    @Override
    public long correct(long believed, long limit, int corrections) {
      if (corrections + 1 >= STEPS.length) {
        return limit;
      }
      return Math.min(believed - STEPS[corrections] + STEPS[corrections + 1], limit);
    }
  };

  private static final long[] STEPS = {
    0, 60, 300, 900, 1_800, 3_600, 7_200, 18_000, 36_000, 72_000, 180_000, 360_000
  };

  private final String publicName;

  Correction(String publicName) {
    this.publicName = publicName;
  }

  /** The correction that people name so. */
  public static Optional<Correction> named(String name) {
    for (Correction each : values()) {
      if (each.publicName.equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /**
   * The next belief.
   *
   * @param believed what was believed until now
   * @param limit the longest it may run
   * @param corrections how often this job was corrected already
   */
  public abstract long correct(long believed, long limit, int corrections);
}
