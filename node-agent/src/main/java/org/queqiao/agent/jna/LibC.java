package org.queqiao.agent.jna;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/** What the agent asks of the C library. */
final class LibC {
  /** {@code _SC_CLK_TCK} of Linux. */
  static final int SC_CLK_TCK = 2;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int sysinfo(SysInfo info) throws LastErrorException;

  static native int getloadavg(double[] loads, int count);

  static native NativeLong sysconf(int name);

  /** {@code struct sysinfo}. */
  @FieldOrder({
    "uptime",
    "loads",
    "totalram",
    "freeram",
    "sharedram",
    "bufferram",
    "totalswap",
    "freeswap",
    "procs",
    "pad",
    "totalhigh",
    "freehigh",
    "memUnit",
    "reserve"
  })
  public static final class SysInfo extends Structure {
    public NativeLong uptime;
    public NativeLong[] loads = new NativeLong[3];
    public NativeLong totalram;
    public NativeLong freeram;
    public NativeLong sharedram;
    public NativeLong bufferram;
    public NativeLong totalswap;
    public NativeLong freeswap;
    public short procs;
    public short pad;
    public NativeLong totalhigh;
    public NativeLong freehigh;
    public int memUnit;
    // The C structure ends here on 64 bits; the room keeps a longer one of another libc harmless.
    public byte[] reserve = new byte[64];
  }
}
