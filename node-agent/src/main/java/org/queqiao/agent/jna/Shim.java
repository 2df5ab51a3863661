package org.queqiao.agent.jna;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;

/**
 * The library {@code libqueqiao-shim.so}: what the kernel tells only to C. The system property
 * {@code queqiao.shim} names its file. Without it the agent works on and says what is absent.
 */
public final class Shim {
  private static final int ABI_VERSION = 6;
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int ENOTDIR = 20;
  private static final int EINVAL = 22;

  private final String absence;

  private Shim(String absence) {
    this.absence = absence;
  }

  /** The functions of {@code shim.h}, mapped directly. */
  private static final class Functions {
    static {
      Native.register(Functions.class, System.getProperty("queqiao.shim", ""));
    }

    private Functions() {}

    static native int shim_abi_version();

    static native int shim_perf_open(int counter, int pid, int onExec);

    static native void shim_event_read(int fd, long[] told);

    static native int shim_close(int fd);

    static native int shim_topology_cpus(String root, int[] cpus, int most);

    static native int shim_energy_read(String root, long[] zones, int most);

    static native int shim_energy_open(
        String root, int domain, int packageNumber, long[] femtojoules);

    static native int shim_memory_events(String root, long[] events, int most);

    static native int shim_memory_open(long[] event);

    static native int shim_gpu_read(long[] devices, int most);

    static native int shim_handout_listen(String folder, int number);

    static native int shim_handout_listen_abstract(int[] number);

    static native int shim_handout_take(int listener, long[] run, int[] fds, int[] counters);

    static native int shim_handout_read(int count, int[] fds, int[] counters, long[] values);
  }

  private static final int HANDED_MAX = 24;
  private static final int CPUS_MAX = 8192;
  private static final int CPU_FIELDS = 4;

  /** Zones of {@link #energy} at most. */
  public static final int ZONES_MAX = 128;

  /** Figures of a zone: domain, microjoules, and after how many it begins at 0 again. */
  public static final int ZONE_FIELDS = 3;

  /** Events of {@link #memoryEvents} at most. */
  public static final int MEMORY_EVENTS_MAX = 512;

  /**
   * Figures of an event of memory controllers: 0 for read or 1 for written, three that describe it
   * to the kernel, and the bytes of each count.
   */
  public static final int MEMORY_FIELDS = 5;

  /** Accelerators of {@link #gpus} at most. */
  public static final int GPUS_MAX = 256;

  /** Figures of each. */
  public static final int GPU_FIELDS = 5;

  /** Domains of energy: a processor package, and its memory. */
  public static final int ENERGY_PACKAGE = 0;

  public static final int ENERGY_MEMORY = 1;

  /**
   * A CPU that is online; what the kernel does not tell is -1.
   *
   * @param number of the CPU
   * @param core within its package
   * @param socket its package
   * @param numa the NUMA node whose memory is near
   */
  public record Cpu(int number, int core, int socket, int numa) {}

  /**
   * The open counters of one run, in the order of their numbers.
   *
   * @param fds descriptors, closed by {@link #close(Handed)}
   * @param counters numbers of {@link Counter}
   */
  public record Handed(int[] fds, int[] counters) {}

  /** Loads the library; when that fails, {@link #absence} says why. */
  public static Shim load() {
    if (System.getProperty("queqiao.shim", "").isEmpty()) {
      return new Shim("queqiao.shim does not name libqueqiao-shim.so");
    }
    try {
      int version = Functions.shim_abi_version();
      return new Shim(
          version == ABI_VERSION
              ? null
              : "libqueqiao-shim.so has version " + version + ", not " + ABI_VERSION);
    } catch (LinkageError e) {
      return new Shim(String.valueOf(e.getMessage()));
    }
  }

  /** Why the library is not there, if so. */
  public Optional<String> absence() {
    return Optional.ofNullable(absence);
  }

  /**
   * The events of the kernel that this machine does not have, in the order of the counters; all of
   * them when the library is absent.
   */
  public List<Counter> absentEvents() {
    List<Counter> out = new ArrayList<>();
    for (Counter counter : Counter.values()) {
      int fd = absence == null ? Functions.shim_perf_open(counter.number(), 0, 1) : -EINVAL - 1;
      if (fd >= 0) {
        Functions.shim_close(fd);
      } else if (fd != -EINVAL) {
        out.add(counter);
      }
    }
    return out;
  }

  /**
   * Counts an event of this process from now on.
   *
   * @return a descriptor for {@link #read} and {@link #close}, or a negated errno
   */
  public int open(Counter counter) {
    return Functions.shim_perf_open(counter.number(), 0, 0);
  }

  /**
   * What an event has counted so far: scaled where it had its register for a part of the time, and
   * failed with the errno where it cannot be read.
   */
  public CounterValue read(int fd, Counter counter) {
    long[] told = new long[3];
    Functions.shim_event_read(fd, told);
    return new CounterValue(
        counter.number(), CounterValue.State.values()[(int) told[1]], (int) told[2], told[0]);
  }

  public void close(int fd) {
    Functions.shim_close(fd);
  }

  /**
   * Where monitors hand out the counters of their runs.
   *
   * @param fd its descriptor
   * @param number by which a monitor is asked for it
   */
  public record Handouts(int fd, int number) {}

  /**
   * Listens for what monitors hand out, under this number in a folder.
   *
   * @throws IOException where the folder is not there, or not the caller's alone, or the library is
   *     absent
   */
  public Handouts handouts(Path folder, int number) throws IOException {
    int fd = absence == null ? Functions.shim_handout_listen(folder.toString(), number) : -EINVAL;
    if (fd < 0) {
      String why =
          switch (-fd) {
            case ENOENT, ENOTDIR -> "there is no such folder";
            case EPERM -> "the folder is not the agent's alone";
            default -> "error " + -fd;
          };
      throw new IOException(folder + ": " + why);
    }
    return new Handouts(fd, number);
  }

  /** Listens for monitors that know no such folder, where every user of the node may connect. */
  public Optional<Handouts> abstractHandouts() {
    int[] number = new int[1];
    int fd = absence == null ? Functions.shim_handout_listen_abstract(number) : -EINVAL;
    return fd < 0 ? Optional.empty() : Optional.of(new Handouts(fd, number[0]));
  }

  /** Takes what monitors have handed out meanwhile, for at most so many runs. */
  public void take(Handouts handouts, int most, BiConsumer<RunId, Handed> taker) {
    for (int taken = 0; taken < most; taken++) {
      long[] run = new long[2];
      int[] fds = new int[HANDED_MAX];
      int[] counters = new int[HANDED_MAX];
      int count = Functions.shim_handout_take(handouts.fd(), run, fds, counters);
      if (count < 0) {
        return;
      }
      if (count > 0) {
        taker.accept(
            new RunId(new JobId(run[0]), Math.toIntExact(run[1])),
            new Handed(Arrays.copyOf(fds, count), Arrays.copyOf(counters, count)));
      }
    }
  }

  /** The values of now, one for each counter; -1 where one cannot be read. */
  public long[] read(Handed handed) {
    long[] values = new long[handed.fds().length];
    Functions.shim_handout_read(values.length, handed.fds(), handed.counters(), values);
    return values;
  }

  public void close(Handed handed) {
    for (int fd : handed.fds()) {
      Functions.shim_close(fd);
    }
  }

  /**
   * The CPUs that are online, in ascending order.
   *
   * @param root where {@code sys} is, {@code /} but in a test
   * @return empty when the kernel does not tell, or the library is absent
   */
  public List<Cpu> cpus(Path root) {
    int[] fields = new int[CPUS_MAX * CPU_FIELDS];
    int count =
        absence == null ? Functions.shim_topology_cpus(root.toString(), fields, CPUS_MAX) : -EINVAL;
    List<Cpu> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = i * CPU_FIELDS;
      out.add(new Cpu(fields[at], fields[at + 1], fields[at + 2], fields[at + 3]));
    }
    return out;
  }

  /**
   * The energy counters of powercap, in an order that stays.
   *
   * @param zones {@link #ZONE_FIELDS} for each of at most {@link #ZONES_MAX}
   * @return how many there are, or a negated errno
   */
  public int energy(Path root, long[] zones) {
    return absence == null
        ? Functions.shim_energy_read(root.toString(), zones, ZONES_MAX)
        : -EINVAL;
  }

  /**
   * A counter of the PMU {@code power}, for {@link #read} and {@link #close}.
   *
   * @param femtojoules takes how many each count is
   * @return a descriptor, or a negated errno
   */
  public int openEnergy(Path root, int domain, int packageNumber, long[] femtojoules) {
    return absence == null
        ? Functions.shim_energy_open(root.toString(), domain, packageNumber, femtojoules)
        : -EINVAL;
  }

  /**
   * The events of the memory controllers.
   *
   * @param events {@link #MEMORY_FIELDS} for each of at most {@link #MEMORY_EVENTS_MAX}
   * @return how many there are, or a negated errno
   */
  public int memoryEvents(Path root, long[] events) {
    return absence == null
        ? Functions.shim_memory_events(root.toString(), events, MEMORY_EVENTS_MAX)
        : -EINVAL;
  }

  /**
   * Opens one of them, for {@link #read} and {@link #close}.
   *
   * @param event its place in them
   * @return a descriptor, or a negated errno
   */
  public int openMemory(long[] events, int event) {
    int from = event * MEMORY_FIELDS;
    return absence == null
        ? Functions.shim_memory_open(Arrays.copyOfRange(events, from, from + MEMORY_FIELDS))
        : -EINVAL;
  }

  /**
   * The accelerators of which a library tells: the number of each in the name of its device file,
   * thousandths that it is busy, bytes in use, milliwatts, and millijoules since its driver was
   * loaded; -1 where it does not tell.
   *
   * @param devices {@link #GPU_FIELDS} for each of at most {@link #GPUS_MAX}
   * @return how many there are, or a negated errno
   */
  public int gpus(long[] devices) {
    return absence == null ? Functions.shim_gpu_read(devices, GPUS_MAX) : -EINVAL;
  }
}
