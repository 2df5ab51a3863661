package org.queqiao.agent.slurm;

/** Slurm did not answer as asked. */
public final class SlurmException extends Exception {
  private static final long serialVersionUID = 1;

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
}
