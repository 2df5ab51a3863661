package org.queqiao.agent.jna;

import com.sun.jna.Native;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.metrics.Counter;

/**
 * The library {@code libqueqiao-shim.so}: what the kernel tells only to C. The system property
 * {@code queqiao.shim} names its file. Without it the agent works on and says what is absent.
 */
public final class Shim {
  private static final int ABI_VERSION = 1;
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

    static native int shim_perf_read(int fd, long[] values);

    static native int shim_close(int fd);
  }

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

  /** What was counted so far. */
  public long read(int fd) {
    long[] values = new long[3];
    return Functions.shim_perf_read(fd, values) == 0 ? values[0] : 0;
  }

  public void close(int fd) {
    Functions.shim_close(fd);
  }
}
