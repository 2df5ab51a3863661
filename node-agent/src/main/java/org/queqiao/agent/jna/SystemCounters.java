package org.queqiao.agent.jna;

import com.sun.jna.LastErrorException;
import java.util.Optional;

/** Load and memory of the machine, as the C library tells them. */
public final class SystemCounters {
  private final LibC.SysInfo info;
  private final String absence;

  private SystemCounters(LibC.SysInfo info, String absence) {
    this.info = info;
    this.absence = absence;
  }

  /** Loads the native part; when that fails, {@link #absence} says why and gauges are 0. */
  public static SystemCounters load() {
    try {
      LibC.SysInfo info = new LibC.SysInfo();
      LibC.sysinfo(info);
      return new SystemCounters(info, null);
    } catch (LinkageError | LastErrorException e) {
      return new SystemCounters(null, e.getMessage());
    }
  }

  /** Why there are no counters, if so. */
  public Optional<String> absence() {
    return Optional.ofNullable(absence);
  }

  /** The load average over one minute, in thousandths. */
  public long load1Milli() {
    if (info == null) {
      return 0;
    }
    double[] loads = new double[1];
    return LibC.getloadavg(loads, 1) == 1 ? Math.round(loads[0] * 1000) : 0;
  }

  /** Memory of the machine, in bytes. */
  public long memTotalBytes() {
    return info == null ? 0 : scaled(refreshed().totalram.longValue());
  }

  /** Memory that nothing uses at all; the page cache counts as used. In bytes. */
  public long memFreeBytes() {
    return info == null ? 0 : scaled(refreshed().freeram.longValue());
  }

  /** Length of a tick of the kernel's CPU counters, in microseconds. */
  public long tickUs() {
    long perSecond = info == null ? 0 : LibC.sysconf(LibC.SC_CLK_TCK).longValue();
    return perSecond > 0 ? 1_000_000 / perSecond : 0;
  }

  private LibC.SysInfo refreshed() {
    LibC.sysinfo(info);
    return info;
  }

  private long scaled(long units) {
    return units * Integer.toUnsignedLong(info.memUnit);
  }
}
