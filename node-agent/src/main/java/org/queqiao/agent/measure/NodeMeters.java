package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.queqiao.agent.jna.Shim;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.CounterValue.State;

/** What is counted of the node as a whole, beside the gauges of a heartbeat. */
public final class NodeMeters {
  private static final int EIO = 5;
  private static final int ENOENT = 2;

  private final Path root;
  private final EnergyMeter energy;
  private final MemoryMeter memory;
  private final AcceleratorMeter accelerators;

  /**
   * Meters of a machine.
   *
   * @param root where {@code proc} and {@code sys} are, {@code /} but in a test
   */
  public NodeMeters(Path root, Shim shim) {
    this.root = root;
    this.energy = new EnergyMeter(root, shim);
    this.memory = new MemoryMeter(root, shim);
    this.accelerators = new AcceleratorMeter(shim);
  }

  /** The energy of the processor packages of now, or why there is none. */
  CounterValue packages() {
    return energy.read().getFirst();
  }

  /** The figures of now; what is not there says why. */
  public List<CounterValue> read() {
    List<CounterValue> out = new ArrayList<>();
    network(out);
    out.addAll(energy.read());
    out.addAll(memory.read());
    out.addAll(accelerators.ofNode());
    lustre(out);
    return out;
  }

  /** Over all interfaces but the loopback. */
  private void network(List<CounterValue> out) {
    long received = 0;
    long sent = 0;
    try {
      for (String line : Files.readAllLines(root.resolve("proc/net/dev"))) {
        int colon = line.indexOf(':');
        if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
          String[] fields = line.substring(colon + 1).strip().split("\\s+");
          received += Long.parseLong(fields[0]);
          sent += Long.parseLong(fields[8]);
        }
      }
      out.add(CounterValue.exact(Counter.NETWORK_RECEIVED, received));
      out.add(CounterValue.exact(Counter.NETWORK_SENT, sent));
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      out.add(missing(Counter.NETWORK_RECEIVED, State.FAILED, EIO));
      out.add(missing(Counter.NETWORK_SENT, State.FAILED, EIO));
    }
  }

  /** Over all mounted file systems, as their clients count it. */
  private void lustre(List<CounterValue> out) {
    List<String> stats = new ArrayList<>();
    for (String place : new String[] {"proc/fs/lustre/llite", "sys/kernel/debug/lustre/llite"}) {
      try (DirectoryStream<Path> mounts = Files.newDirectoryStream(root.resolve(place))) {
        for (Path mount : mounts) {
          stats.addAll(Files.readAllLines(mount.resolve("stats")));
        }
      } catch (IOException e) {
        // Not here; said below when it is nowhere.
      }
    }
    ToLongFunction<String> sum =
        key ->
            stats.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields[0].equals(key) && fields.length >= 7)
                .mapToLong(fields -> Long.parseLong(fields[6]))
                .sum();
    if (stats.isEmpty()) {
      out.add(missing(Counter.LUSTRE_READ, State.UNSUPPORTED, ENOENT));
      out.add(missing(Counter.LUSTRE_WRITTEN, State.UNSUPPORTED, ENOENT));
    } else {
      out.add(CounterValue.exact(Counter.LUSTRE_READ, sum.applyAsLong("read_bytes")));
      out.add(CounterValue.exact(Counter.LUSTRE_WRITTEN, sum.applyAsLong("write_bytes")));
    }
  }

  private static CounterValue missing(Counter counter, State state, int cause) {
    return new CounterValue(counter.number(), state, cause, 0);
  }
}
