package org.queqiao.runtime;

/**
 * Ends the life of this runtime after a {@link Fault}. Called once, from the thread that met it.
 */
@FunctionalInterface
public interface FaultHandler {
  /**
   * The runtime gives no reply and no effect after this call, whether it returns or not.
   *
   * @param fault which kind
   * @param cause what was thrown
   */
  void fault(Fault fault, Throwable cause);

  /** Says what happened on standard error and halts the process with {@link Fault#exitCode()}. */
  static FaultHandler haltProcess() {
    return (fault, cause) -> {
      try {
        System.err.println("queqiao: " + fault + ", the process ends: " + cause);
        cause.printStackTrace();
        System.err.flush();
      } finally {
        Runtime.getRuntime().halt(fault.exitCode());
      }
    };
  }
}
