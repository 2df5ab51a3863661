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
    return state == State.FAILED ? state.reason + " " + cause : state.reason;
  }
}
