package org.queqiao.agent.measure;

import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.CounterValue.State;

/**
 * The sum of what several events have counted. Where one of them has no value there is no sum,
 * which would be of a part; where one is scaled the sum is, by the least of the times that they
 * counted.
 */
final class EventSum {
  private State state = State.EXACT;
  private int cause;
  private long sum;

  /** Adds a figure that is right as it is. */
  void add(long figure) {
    sum += figure;
  }

  /** Adds an event, each count of which is {@code units / parts} of the unit of the sum. */
  void add(CounterValue event, long units, long parts) {
    boolean isLess = event.state() == state && state == State.SCALED && event.cause() < cause;
    if (isLess || (present() && event.state().ordinal() > state.ordinal())) {
      state = event.state();
      cause = event.cause();
    }
    // In two steps: the product may be more than a long can be.
    sum += event.value() / parts * units + event.value() % parts * units / parts;
  }

  private boolean present() {
    return new CounterValue(0, state, cause, 0).present();
  }

  /** The sum, or why there is none. */
  CounterValue of(Counter counter) {
    return new CounterValue(counter.number(), state, cause, present() ? sum : 0);
  }
}
