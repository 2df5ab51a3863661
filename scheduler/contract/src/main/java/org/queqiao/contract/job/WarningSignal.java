package org.queqiao.contract.job;

/**
 * A signal that a run gets some time before it must end.
 *
 * @param name which signal
 * @param beforeMs how long before its end; a run that is shorter gets it at once
 * @param batchOnly whether only the batch script gets it; else the tasks of its steps
 */
public record WarningSignal(Name name, long beforeMs, boolean batchOnly) {
  /**
   * The signals that may be asked for, with their numbers in Linux. TERM comes at the end anyway.
   */
  public enum Name {
    HUP(1),
    INT(2),
    USR1(10),
    USR2(12),
    CONT(18);

    private final int number;

    Name(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }
}
