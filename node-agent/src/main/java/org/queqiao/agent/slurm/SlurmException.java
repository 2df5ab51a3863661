package org.queqiao.agent.slurm;

import java.util.Set;

/** Slurm did not answer as asked. */
public final class SlurmException extends Exception {
  private static final long serialVersionUID = 1;
  private static final int FIRST_DECISION = 2_000;
  private static final int FIRST_OF_THE_WAY = 5_000;
  private static final int FIRST_DECISION_OF_A_PLUGIN = 8_000;
  private static final Set<Integer> STANDBY = Set.of(2_027, 2_131);

  private final int error;

  /**
   * An answer that is none.
   *
   * @param error the number that Slurm gave, or 0 when the process with libslurm ended
   * @param message what went wrong, for an operator
   */
  SlurmException(int error, String message) {
    super(message);
    this.error = error;
  }

  /** The number that Slurm gave, or 0 when the process with libslurm ended. */
  public int error() {
    return error;
  }

  /**
   * Whether Slurm decided against what was asked. All else is trouble on the way to it: a socket,
   * munge, a slurmctld that is not in charge; what was asked may have been done all the same.
   */
  public boolean isDecision() {
    boolean onTheWay =
        error < FIRST_DECISION
            || error >= FIRST_OF_THE_WAY && error < FIRST_DECISION_OF_A_PLUGIN
            || STANDBY.contains(error);
    return !onTheWay;
  }
}
