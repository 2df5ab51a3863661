package org.queqiao.agent.measure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;

/**
 * What the memory controllers have read and written since the agent began to count, by the PMUs
 * that the kernel describes. They count for whole packages, so this is said of a node alone. Used
 * by one thread.
 */
final class MemoryMeter {
  private static final Counter[] COUNTERS = {Counter.MEMORY_READ, Counter.MEMORY_WRITTEN};

  private final Path root;
  private final Shim shim;
  private List<Event> events;
  private int cause;

  /** An open event of a controller. */
  private record Event(int direction, int fd, long bytes) {}

  MemoryMeter(Path root, Shim shim) {
    this.root = root;
    this.shim = shim;
  }

  /** Bytes read and bytes written, or why there are none. */
  List<CounterValue> read() {
    if (events == null) {
      open();
    }
    EventSum[] sums = {new EventSum(), new EventSum()};
    for (Event event : events) {
      sums[event.direction()].add(
          shim.read(event.fd(), COUNTERS[event.direction()]), event.bytes(), 1);
    }
    List<CounterValue> out = new ArrayList<>();
    for (int i = 0; i < COUNTERS.length; i++) {
      out.add(
          cause == 0
              ? sums[i].of(COUNTERS[i])
              : new CounterValue(COUNTERS[i].number(), EnergyMeter.state(cause), cause, 0));
    }
    return out;
  }

  /** Once: what this machine has does not change. All of them, or a sum would be of a part. */
  private void open() {
    events = new ArrayList<>();
    long[] fields = new long[Shim.MEMORY_EVENTS_MAX * Shim.MEMORY_FIELDS];
    int count = shim.memoryEvents(root, fields);
    cause = Math.max(0, -count);
    for (int i = 0; i < count && cause == 0; i++) {
      int at = i * Shim.MEMORY_FIELDS;
      int fd = shim.openMemory(fields, i);
      cause = Math.max(0, -fd);
      if (fd >= 0) {
        events.add(new Event((int) fields[at], fd, fields[at + Shim.MEMORY_FIELDS - 1]));
      }
    }
    if (cause != 0) {
      events.forEach(event -> shim.close(event.fd()));
      events.clear();
    }
  }
}
