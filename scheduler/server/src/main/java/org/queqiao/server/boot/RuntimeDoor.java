package org.queqiao.server.boot;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.server.gateway.CountersKeeper;
import org.queqiao.server.gateway.RuntimePort;

/** The runtime as the gateway and the local administration see it, once it is there. */
final class RuntimeDoor implements RuntimePort {
  private final AtomicReference<SchedulerRuntime> runtime = new AtomicReference<>();
  private final CountersKeeper counters;

  RuntimeDoor(CountersKeeper counters) {
    this.counters = counters;
  }

  void open(SchedulerRuntime opened) {
    runtime.set(opened);
  }

  @Override
  public CompletionStage<Reply> submit(Input input) {
    return runtime.get().submit(input);
  }

  @Override
  public long epoch() {
    return runtime.get().epoch();
  }

  @Override
  public long durablePosition() {
    return runtime.get().durablePosition();
  }

  @Override
  public CountersKeeper counters() {
    return counters;
  }
}
