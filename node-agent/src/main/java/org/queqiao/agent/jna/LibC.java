package org.queqiao.agent.jna;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/** What the agent asks of the C library. */
final class LibC {
  /** {@code _SC_CLK_TCK} of Linux. */
  static final int SC_CLK_TCK = 2;

  static {
    // It is loaded already: to look for it would start another program.
    Native.register(LibC.class, NativeLibrary.getProcess());
  }

  private LibC() {}

  static native int sysinfo(SysInfo info) throws LastErrorException;

  static native int getloadavg(double[] loads, int count);

  static native NativeLong sysconf(int name);

  static native int socket(int domain, int type, int protocol) throws LastErrorException;

  static native int socketpair(int domain, int type, int protocol, int[] fds)
      throws LastErrorException;

  static native int bind(int fd, byte[] address, int length) throws LastErrorException;

  static native int listen(int fd, int backlog) throws LastErrorException;

  static native int accept4(int fd, Pointer address, Pointer length, int flags)
      throws LastErrorException;

  static native int getsockopt(int fd, int level, int name, int[] value, int[] length)
      throws LastErrorException;

  static native int setsockopt(int fd, int level, int name, long[] value, int length)
      throws LastErrorException;

  static native int poll(int[] fds, NativeLong count, int timeoutMs) throws LastErrorException;

  static native NativeLong recv(int fd, byte[] bytes, NativeLong length, int flags)
      throws LastErrorException;

  static native NativeLong send(int fd, byte[] bytes, NativeLong length, int flags)
      throws LastErrorException;

  static native int shutdown(int fd, int how) throws LastErrorException;

  static native int clock_gettime(int clock, long[] time) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;

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
