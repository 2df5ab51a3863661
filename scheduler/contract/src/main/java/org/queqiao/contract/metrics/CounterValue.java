package org.queqiao.contract.metrics;

/**
 * One counter of a run on one node.
 *
 * @param counter number of a {@link Counter}, or of one that this program does not know
 * @param state how far the value can be believed
 * @param cause an errno; for a scaled value the parts per thousand of the time that it counted
 * @param value in the unit of the counter; 0 when there is none
 */
public record CounterValue(int counter, State state, int cause, long value) {
  /** The cause of an unsupported counter of accelerators where a run held none: ENODEV. */
  public static final int NO_DEVICE = 19;

  /** The last counter that is an event of the processor or the kernel. */
  private static final int LAST_EVENT = 18;

  /** How far a value can be believed. The numbers of monitors and messages are the ordinals. */
  public enum State {
    EXACT(""),
    SCALED(""),
    USER_ONLY(""),
    UNSUPPORTED("this node has no such event"),
    FORBIDDEN("the node may not count it"),
    FAILED("it could not be counted, error"),
    NOT_RUN("the processor had no register free for it");

    private final String reason;

    State(String reason) {
      this.reason = reason;
    }

    /** Why there is no value; empty when there is one. */
    public String reason() {
      return reason;
    }
  }

  /** A value that is right as it is. */
  public static CounterValue exact(Counter counter, long value) {
    return new CounterValue(counter.number(), State.EXACT, 0, value);
  }

  /** Whether there is a value. */
  public boolean present() {
    return state.reason.isEmpty();
  }

  /** Why there is no value, in words; empty when there is one. */
  public String missing() {
    boolean ofAccelerators = Counter.of(counter).filter(Counter::isOfAccelerators).isPresent();
    if (state == State.NOT_RUN && counter > LAST_EVENT) {
      return "no measurement fell into its time";
    }
    if (state == State.UNSUPPORTED
        && (counter == Counter.RECEIVED.number() || counter == Counter.SENT.number())) {
      return "the kernel, or the version of its control groups, cannot count it for a run";
    }
    if (state == State.UNSUPPORTED && ofAccelerators) {
      return cause == NO_DEVICE ? "it held no accelerator" : "its accelerators do not tell it";
    }
    return state == State.FAILED ? state.reason + " " + cause : state.reason;
  }
}
