package org.queqiao.contract.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.wire.PbCounterValue;
import org.queqiao.contract.wire.PbRunMetrics;

/** What was counted of a run, as bytes: in messages, in the agent's spool and in the store. */
public final class MetricsCodec {
  private MetricsCodec() {}

  /** As bytes. */
  public static byte[] encode(RunMetrics metrics) {
    return write(metrics).toByteArray();
  }

  /**
   * Reads them.
   *
   * @throws MalformedRecordException for bytes that are none
   */
  public static RunMetrics decode(byte[] bytes) {
    try {
      return read(PbRunMetrics.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new MalformedRecordException("no counters of a run: " + e.getMessage(), e);
    }
  }

  static PbRunMetrics write(RunMetrics metrics) {
    PbRunMetrics.Builder out = PbRunMetrics.newBuilder().setRun(ModelWriter.run(metrics.run()));
    metrics.totals().forEach(each -> out.addTotals(write(each)));
    return out.build();
  }

  static PbCounterValue write(CounterValue value) {
    return PbCounterValue.newBuilder()
        .setCounter(value.counter())
        .setState(value.state().ordinal())
        .setCause(value.cause())
        .setValue(value.value())
        .build();
  }

  static RunMetrics read(PbRunMetrics in) {
    return new RunMetrics(ModelReader.run(in.getRun()), read(in.getTotalsList()));
  }

  static List<CounterValue> read(List<PbCounterValue> in) {
    List<CounterValue> out = new ArrayList<>(in.size());
    for (PbCounterValue each : in) {
      CounterValue.State[] states = CounterValue.State.values();
      if (each.getState() < 0 || each.getState() >= states.length) {
        throw new IllegalArgumentException("a counter in state " + each.getState());
      }
      out.add(
          new CounterValue(
              each.getCounter(), states[each.getState()], each.getCause(), each.getValue()));
    }
    return out;
  }
}
