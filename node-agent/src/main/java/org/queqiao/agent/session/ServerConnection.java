package org.queqiao.agent.session;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;

/**
 * One connection to the server. Sending never blocks: a thread of its own writes, many messages at
 * a time when many wait. A server that does not read for too long loses the connection, because the
 * next one starts from hello anyway.
 */
public final class ServerConnection implements Closeable {
  /** What may wait to be written, in bytes. */
  private static final int WAITING_MAX_BYTES = 4 << 20;

  private static final int WRITE_BYTES = 16 << 10;

  private final FrameSocket socket;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private boolean closed;

  private ServerConnection(FrameSocket socket) {
    this.socket = socket;
  }

  /**
   * Connects and shakes hands.
   *
   * @param silenceMs a server that says nothing for so long is taken for gone
   * @param writer what makes the thread that writes
   */
  public static ServerConnection open(
      SSLContext context, String host, int port, int silenceMs, ThreadFactory writer)
      throws IOException {
    ServerConnection connection =
        new ServerConnection(FrameSocket.connect(context, host, port, silenceMs));
    writer.newThread(connection::writeAll).start();
    return connection;
  }

  /** The next message of the server; waits for it. */
  public ServerMessage read() throws IOException {
    return socket.read();
  }

  /** By which address the server is reached from here. */
  public String localAddress() {
    return socket.localAddress();
  }

  /** Sends a message in its turn; nothing happens on a closed connection. */
  public void send(AgentMessage message) {
    byte[] frame = FrameSocket.frame(message);
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (waitingBytes > 0 && waitingBytes + frame.length > WAITING_MAX_BYTES) {
        close();
        return;
      }
      waiting.add(frame);
      waitingBytes += frame.length;
      more.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      more.signal();
    } finally {
      lock.unlock();
    }
    socket.close();
  }

  private void writeAll() {
    byte[] buffer = new byte[WRITE_BYTES];
    try {
      while (true) {
        byte[] single = null;
        int length = 0;
        lock.lock();
        try {
          while (waiting.isEmpty() && !closed) {
            more.awaitUninterruptibly();
          }
          if (closed) {
            return;
          }
          if (waiting.peek().length > buffer.length) {
            single = take();
          }
          while (single == null
              && !waiting.isEmpty()
              && length + waiting.peek().length <= buffer.length) {
            byte[] frame = take();
            System.arraycopy(frame, 0, buffer, length, frame.length);
            length += frame.length;
          }
        } finally {
          lock.unlock();
        }
        socket.write(single == null ? buffer : single, single == null ? length : single.length);
      }
    } catch (IOException e) {
      // The reader finds the connection closed and tells why.
      close();
    }
  }

  private byte[] take() {
    byte[] frame = waiting.poll();
    waitingBytes -= frame.length;
    return frame;
  }
}
