package org.queqiao.agent.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.CounterValue.State;

/** Reads the accelerators of the node, as far as the library of their maker tells of them. */
final class AcceleratorMeter {
  private static final int ENOENT = 2;

  private final Shim shim;

  AcceleratorMeter(Shim shim) {
    this.shim = shim;
  }

  /**
   * The accelerators of now.
   *
   * @param all those that there are
   * @param cause the errno where they cannot be read, or 0
   */
  record Reading(List<Accelerator> all, int cause) {
    /** Why a counter of them has no value. */
    CounterValue missing(Counter counter) {
      boolean absent = cause == 0 || cause == ENOENT;
      return new CounterValue(
          counter.number(),
          absent ? State.UNSUPPORTED : State.FAILED,
          cause == 0 ? ENOENT : cause,
          0);
    }
  }

  /** Reads all of them. */
  Reading read() {
    long[] told = new long[Shim.GPUS_MAX * Shim.GPU_FIELDS];
    int count = shim.gpus(told);
    List<Accelerator> all = new ArrayList<>();
    for (int at = 0; at < count * Shim.GPU_FIELDS; at += Shim.GPU_FIELDS) {
      all.add(
          new Accelerator((int) told[at], told[at + 1], told[at + 2], told[at + 3], told[at + 4]));
    }
    return new Reading(all, Math.max(0, -count));
  }

  /** What is counted of all of them together: a part is not told as the whole. */
  List<CounterValue> ofNode() {
    Reading reading = read();
    int count = Math.max(1, reading.all().size());
    return List.of(
        sum(reading, Counter.GPU_BUSY, Accelerator::busyMilli, count),
        sum(reading, Counter.GPU_MEMORY, Accelerator::memBytes, 1),
        sum(reading, Counter.GPU_POWER, Accelerator::powerMw, 1));
  }

  private static CounterValue sum(
      Reading reading, Counter counter, ToLongFunction<Accelerator> figure, int parts) {
    boolean told =
        !reading.all().isEmpty()
            && reading.all().stream().allMatch(each -> figure.applyAsLong(each) >= 0);
    return told
        ? CounterValue.exact(counter, reading.all().stream().mapToLong(figure).sum() / parts)
        : reading.missing(counter);
  }
}
