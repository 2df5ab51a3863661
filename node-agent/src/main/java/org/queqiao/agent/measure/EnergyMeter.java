package org.queqiao.agent.measure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.CounterValue.State;

/**
 * The energy of processor packages and of their memory, from powercap, or from the PMU {@code
 * power} where only root may read powercap. A counter that begins at 0 again is carried on. Used by
 * one thread.
 */
final class EnergyMeter {
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int ENODEV = 19;
  private static final int PACKAGES_MAX = 64;
  private static final long FEMTOJOULES_PER_MICROJOULE = 1_000_000_000L;
  private static final Counter[] COUNTERS = {Counter.ENERGY, Counter.MEMORY_ENERGY};

  private final Path root;
  private final Shim shim;
  private final long[] zones = new long[Shim.ZONES_MAX * Shim.ZONE_FIELDS];
  private final long[] before = new long[Shim.ZONES_MAX];
  private final long[] carried = new long[Shim.ZONES_MAX];
  private List<Event> events;
  private int eventsCause;

  /** An open event of a domain. */
  private record Event(int domain, int fd, long femtojoules) {}

  EnergyMeter(Path root, Shim shim) {
    this.root = root;
    this.shim = shim;
  }

  /** One value for each domain: microjoules, or why there is none. */
  List<CounterValue> read() {
    EventSum[] sums = {new EventSum(), new EventSum()};
    boolean[] found = new boolean[COUNTERS.length];
    int count = shim.energy(root, zones);
    for (int i = 0; i < count; i++) {
      int domain = (int) zones[i * Shim.ZONE_FIELDS];
      sums[domain].add(whole(i, zones[i * Shim.ZONE_FIELDS + 1], zones[i * Shim.ZONE_FIELDS + 2]));
      found[domain] = true;
    }
    int cause = count < 0 ? -count : ENOENT;
    if (count < 0) {
      openEvents();
      for (Event event : events) {
        sums[event.domain()].add(
            shim.read(event.fd(), COUNTERS[event.domain()]),
            event.femtojoules(),
            FEMTOJOULES_PER_MICROJOULE);
        found[event.domain()] = true;
      }
      cause = cause == ENOENT ? eventsCause : cause;
    }
    List<CounterValue> out = new ArrayList<>();
    for (int domain = 0; domain < COUNTERS.length; domain++) {
      out.add(
          found[domain]
              ? sums[domain].of(COUNTERS[domain])
              : new CounterValue(COUNTERS[domain].number(), state(cause), cause, 0));
    }
    return out;
  }

  /** A zone with what it had counted each time that it began at 0 again. */
  private long whole(int zone, long microjoules, long range) {
    if (microjoules < before[zone]) {
      carried[zone] += range;
    }
    before[zone] = microjoules;
    return carried[zone] + microjoules;
  }

  /** Once: what this machine has does not change. */
  private void openEvents() {
    if (events != null) {
      return;
    }
    events = new ArrayList<>();
    eventsCause = ENOENT;
    long[] femtojoules = new long[1];
    for (int domain = 0; domain < COUNTERS.length; domain++) {
      for (int each = 0; each < PACKAGES_MAX; each++) {
        int fd = shim.openEnergy(root, domain, each, femtojoules);
        if (fd < 0) {
          eventsCause = domain == 0 && -fd != ENODEV ? -fd : eventsCause;
          break;
        }
        events.add(new Event(domain, fd, femtojoules[0]));
      }
    }
  }

  /** What an errno says of a counter that could not be opened. */
  static State state(int cause) {
    return switch (cause) {
      case ENOENT, ENODEV -> State.UNSUPPORTED;
      case EACCES, EPERM -> State.FORBIDDEN;
      default -> State.FAILED;
    };
  }
}
