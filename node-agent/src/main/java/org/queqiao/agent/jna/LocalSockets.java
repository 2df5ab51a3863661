package org.queqiao.agent.jna;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/**
 * Local stream sockets whose other end the kernel names by process and user: what the JDK tells of
 * it are names only. Descriptors are plain numbers; who opens one closes it.
 */
public final class LocalSockets {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SHUT_RDWR = 2;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int PATH_MAX_BYTES = 107;
  private static final int BACKLOG = 256;

  /** Readable, or the other end is gone. */
  private static final int POLLIN = 1;

  /** Takes more. */
  private static final int POLLOUT = 4;

  private LocalSockets() {}

  /** Who is at the other end, as it was when it connected. */
  public record Peer(int pid, int uid) {}

  /** Listens at a path that every user may connect to; what was there before is removed. */
  public static int listen(Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > PATH_MAX_BYTES) {
      throw new IOException("the path of a socket has at most 107 bytes: " + path);
    }
    Files.deleteIfExists(path);
    byte[] address = new byte[2 + name.length + 1];
    java.nio.ByteBuffer.wrap(address)
        .order(java.nio.ByteOrder.nativeOrder())
        .putShort((short) AF_UNIX);
    System.arraycopy(name, 0, address, 2, name.length);
    int fd = -1;
    try {
      fd = LibC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      LibC.bind(fd, address, address.length);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
      LibC.listen(fd, BACKLOG);
      return fd;
    } catch (LastErrorException e) {
      if (fd >= 0) {
        close(fd);
      }
      throw new IOException("listen at " + path + ": " + e.getMessage(), e);
    }
  }

  /** Two ends of one connection within this process. */
  public static int[] pair() throws IOException {
    int[] fds = new int[2];
    try {
      LibC.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
    } catch (LastErrorException e) {
      throw new IOException("no pair of sockets: " + e.getMessage(), e);
    }
    return fds;
  }

  /**
   * The next connection.
   *
   * @return its descriptor, or -1 when there is none after all
   */
  public static int accept(int listener) {
    try {
      return LibC.accept4(listener, null, null, SOCK_CLOEXEC);
    } catch (LastErrorException e) {
      return -1;
    }
  }

  /** Who connected. */
  public static Peer peer(int fd) throws IOException {
    int[] credentials = new int[3];
    try {
      LibC.getsockopt(
          fd, SOL_SOCKET, SO_PEERCRED, credentials, new int[] {credentials.length * Integer.BYTES});
    } catch (LastErrorException e) {
      throw new IOException("no credentials of a peer: " + e.getMessage(), e);
    }
    return new Peer(credentials[0], credentials[1]);
  }

  /** Whether a descriptor can be read, and whether it can be written to. */
  public record Ready(boolean read, boolean write) {}

  /**
   * Waits until some of these can be read, or written to where that is wanted.
   *
   * @param timeoutMs -1 waits for ever
   */
  public static Ready[] await(int[] fds, boolean[] wantsWrite, int timeoutMs) {
    int[] polled = new int[2 * fds.length];
    for (int i = 0; i < fds.length; i++) {
      polled[2 * i] = fds[i];
      polled[2 * i + 1] = POLLIN | (wantsWrite[i] ? POLLOUT : 0);
    }
    Ready[] out = new Ready[fds.length];
    Arrays.fill(out, new Ready(false, false));
    try {
      LibC.poll(polled, new NativeLong(fds.length), timeoutMs);
    } catch (LastErrorException e) {
      return out;
    }
    for (int i = 0; i < fds.length; i++) {
      // The upper half is what came of it; an error or an end is found by reading.
      int came = polled[2 * i + 1] >>> 16;
      out[i] = new Ready((came & ~POLLOUT) != 0, (came & POLLOUT) != 0);
    }
    return out;
  }

  /** Reads what is there: how many bytes, 0 when there is nothing now, -1 at the end. */
  public static int read(int fd, byte[] into) {
    try {
      int got = LibC.recv(fd, into, new NativeLong(into.length), MSG_DONTWAIT).intValue();
      return got == 0 ? -1 : got;
    } catch (LastErrorException e) {
      return e.getErrorCode() == EAGAIN || e.getErrorCode() == EINTR ? 0 : -1;
    }
  }

  /**
   * Writes what the kernel takes at once, perhaps nothing.
   *
   * @return how many bytes from {@code from} on, or -1 when the other end is gone
   */
  public static int write(int fd, byte[] bytes, int from) {
    byte[] left = from == 0 ? bytes : Arrays.copyOfRange(bytes, from, bytes.length);
    try {
      return LibC.send(fd, left, new NativeLong(left.length), MSG_NOSIGNAL | MSG_DONTWAIT)
          .intValue();
    } catch (LastErrorException e) {
      return e.getErrorCode() == EAGAIN || e.getErrorCode() == EINTR ? 0 : -1;
    }
  }

  /** Ends both directions; whoever reads it finds the end. */
  public static void shut(int fd) {
    try {
      LibC.shutdown(fd, SHUT_RDWR);
    } catch (LastErrorException e) {
      // The other end was faster.
    }
  }

  /** Closes a descriptor. */
  public static void close(int fd) {
    try {
      LibC.close(fd);
    } catch (LastErrorException e) {
      // It is closed all the same.
    }
  }
}
