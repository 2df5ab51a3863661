package org.queqiao.agent.measure;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.queqiao.agent.jna.Shim;
import org.queqiao.agent.jna.SystemCounters;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeHealth;

/** The facts and gauges of this machine. */
public final class NodeProbe implements NodePower {
  /** Memory kept from jobs: an eighth, and at most this many bytes. */
  private static final long RESERVE_MAX_BYTES = 2L << 30;

  private static final int RESERVE_SHARE = 8;

  private final NodeName name;
  private final int cores;
  private final List<List<Integer>> cpus;
  private final long memBytes;
  private final List<NodeFacts.GresInventory> devices;
  private final SystemCounters counters = SystemCounters.load();
  private final Shim shim = Shim.load();
  private final NodeMeters meters = new NodeMeters(Path.of("/"), shim);
  private final LateGpus gpus;
  private final byte[] buffer = new byte[4096];

  /**
   * A probe.
   *
   * @param cores how many cores to offer; 0 offers all that this process may use
   * @param cpus the CPUs of each core; empty where core N is CPU N
   * @param memBytes how much memory to offer; 0 offers all but a reserve
   * @param devices to offer
   * @param warns hears what an operator has to do
   */
  public NodeProbe(
      NodeName name,
      int cores,
      List<List<Integer>> cpus,
      long memBytes,
      List<NodeFacts.GresInventory> devices,
      Consumer<String> warns) {
    this.name = name;
    this.gpus = new LateGpus(Path.of("/"), warns);
    this.devices = List.copyOf(devices);
    int found = cpus.isEmpty() ? Runtime.getRuntime().availableProcessors() : cpus.size();
    this.cores = cores > 0 ? cores : found;
    this.cpus = cpus;
    this.memBytes = memBytes > 0 ? memBytes : found();
  }

  /**
   * What there is, with what the launcher cannot do.
   *
   * @param suspends whether it can suspend runs
   * @param denies whether it keeps devices from runs: else they are not offered
   */
  public NodeFacts facts(List<String> launcherAbsent, boolean suspends, boolean denies) {
    List<String> absent = new ArrayList<>(launcherAbsent);
    counters.absence().ifPresent(why -> absent.add("load and memory gauges: " + why));
    if (counters.absence().isEmpty() && counters.tickUs() == 0) {
      absent.add("CPU gauge: the length of a tick is not known");
    }
    shim.absence().ifPresent(why -> absent.add("counters of the node: " + why));
    if (shim.absence().isEmpty() && !shim.absentEvents().isEmpty()) {
      absent.add(
          "events: " + shim.absentEvents().stream().map(Counter::text).collect(joining(" ")));
    }
    List<NodeFacts.NumaNode> numa = NumaLayout.of(shim.cpus(Path.of("/")), cores, cpus);
    if (shim.absence().isEmpty() && numa.isEmpty()) {
      absent.add("NUMA nodes: the kernel does not say where each core that is offered lies");
    }
    return new NodeFacts(
        name,
        line("/proc/sys/kernel/random/boot_id"),
        cores,
        memBytes,
        denies ? devices : List.of(),
        version(),
        line("/proc/sys/kernel/osrelease"),
        absent,
        numa,
        suspends);
  }

  /** A heartbeat with the gauges of now. */
  public AgentMessage.Heartbeat heartbeat(long seq, List<RunId> running, NodeHealth health) {
    gpus.look();
    long total = counters.memTotalBytes();
    long available = memAvailableBytes();
    return new AgentMessage.Heartbeat(
        seq,
        counters.load1Milli(),
        cpuBusyUs(),
        Math.max(0, total - (available > 0 ? available : counters.memFreeBytes())),
        total,
        running,
        meters.read(),
        health);
  }

  @Override
  public CounterValue energy() {
    return meters.packages();
  }

  @Override
  public long busyUs() {
    return cpuBusyUs();
  }

  /** The library that counts. */
  public Shim shim() {
    return shim;
  }

  private long found() {
    long total = counters.memTotalBytes();
    return Math.max(1 << 20, total - Math.min(RESERVE_MAX_BYTES, total / RESERVE_SHARE));
  }

  /**
   * CPU time that was not idle and not waiting for a disk, over all cores since boot: the first
   * line of {@code /proc/stat} in ticks, whose length the C library tells.
   */
  private long cpuBusyUs() {
    String[] fields = firstLine("/proc/stat").split("\\s+");
    if (fields.length < 9) {
      return 0;
    }
    long ticks = 0;
    // user nice system idle iowait irq softirq steal
    for (int i = 1; i <= 8; i++) {
      if (i != 4 && i != 5) {
        ticks += Long.parseLong(fields[i]);
      }
    }
    return ticks * counters.tickUs();
  }

  /** What the kernel thinks it could give away; no call of the C library tells it. */
  private long memAvailableBytes() {
    String text = read("/proc/meminfo");
    int at = text.indexOf("MemAvailable:");
    if (at < 0) {
      return 0;
    }
    String[] fields = text.substring(at, text.indexOf('\n', at)).split("\\s+");
    return Long.parseLong(fields[1]) * 1024;
  }

  private String line(String file) {
    return firstLine(file).strip();
  }

  private String firstLine(String file) {
    String text = read(file);
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  private String read(String file) {
    try (var in = Files.newInputStream(Path.of(file))) {
      int length = Math.max(0, in.read(buffer));
      return new String(buffer, 0, length, java.nio.charset.StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }

  private static String version() {
    String version = NodeProbe.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
