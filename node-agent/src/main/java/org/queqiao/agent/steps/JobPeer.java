package org.queqiao.agent.steps;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.queqiao.agent.jna.LocalSockets;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.RunId;

/**
 * A process of a run that is connected to the agent. Any thread may write to it, and none waits for
 * it: what it does not read yet is kept up to a bound, and given to it by the thread of the gate.
 */
public final class JobPeer {
  private static final int HELLO = 33;
  private static final int GRANTED = 34;
  private static final int REFUSED = 35;
  private static final int ORDER = 36;
  private static final int DONE = 37;
  private static final int ATTENDED = 38;
  private static final int BESIDE = 39;
  private static final int TEXT_MAX_BYTES = 1_000;

  /** What it has not read may be so long before another message ends the connection. */
  private static final int UNSENT_MAX_BYTES = 256 << 10;

  /** So long it may read nothing of what is there for it. */
  private static final long UNREAD_MAX_NANOS = 10_000_000_000L;

  /**
   * The shells that a host beside a script has open.
   *
   * @param lastCode how the last of those that were open has ended, or {@link #NO_CODE}
   */
  public record OpenShells(int count, int lastCode) {
    public static final int NO_CODE = -1;
  }

  private final int fd;
  private final Runnable wakesGate;
  private final ArrayDeque<byte[]> unsent = new ArrayDeque<>();
  private int sentOfFirst;
  private int unsentBytes;
  private long stuckSince;
  private final RunId run;
  private final int uid;
  private byte[] unread = {};
  private boolean closed;

  JobPeer(int fd, RunId run, int uid, Runnable wakesGate) {
    this.fd = fd;
    this.wakesGate = wakesGate;
    this.run = run;
    this.uid = uid;
  }

  /** The run that it belongs to. */
  public RunId run() {
    return run;
  }

  /** Whose it is. */
  public int uid() {
    return uid;
  }

  int fd() {
    return fd;
  }

  /** What came of it and makes no whole frame yet. */
  byte[] unread() {
    return unread;
  }

  void unread(byte[] bytes) {
    unread = bytes;
  }

  /** By this address the other nodes can reach this one. */
  public void hello(String address) {
    write(HELLO, text(address));
  }

  /** It does not get what it asked for, for this reason. */
  public void refuse(String reason) {
    write(REFUSED, text(reason));
  }

  /** The step that it asked for begins. */
  public void grant(ServerMessage.StepAnswer answer) {
    int length = 4 + answer.key().length + 2;
    for (ServerMessage.StepNode node : answer.nodes()) {
      length += 6 + 255 + 63 + 2 * node.cores().size();
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.putInt(answer.step()).put(answer.key()).putShort((short) answer.nodes().size());
    for (ServerMessage.StepNode node : answer.nodes()) {
      out.put(text(node.name().value())).put(text(node.address()));
      out.putShort((short) node.cores().size());
      node.cores().forEach(core -> out.putShort(core.shortValue()));
    }
    write(GRANTED, Arrays.copyOf(out.array(), out.position()));
    Arrays.fill(out.array(), (byte) 0);
  }

  /** What it said counts. */
  public void done() {
    write(DONE, new byte[0]);
  }

  /** The server orders it to join a step. */
  public void order(byte[] signed) {
    write(ORDER, signed);
  }

  /** The script of its run attends now, and wants to know of the shells that are open here. */
  public void attended() {
    write(ATTENDED, new byte[0]);
  }

  /** It attends, and a host beside it has these shells open. */
  public void beside(OpenShells shells) {
    write(
        BESIDE,
        ByteBuffer.allocate(2 * Integer.BYTES)
            .putInt(shells.count())
            .putInt(shells.lastCode())
            .array());
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] kept = bytes.length > TEXT_MAX_BYTES ? Arrays.copyOf(bytes, TEXT_MAX_BYTES) : bytes;
    return ByteBuffer.allocate(2 + kept.length).putShort((short) kept.length).put(kept).array();
  }

  private synchronized void write(int type, byte[] body) {
    byte[] frame =
        ByteBuffer.allocate(5 + body.length)
            .putInt(body.length + 1)
            .put((byte) type)
            .put(body)
            .array();
    if (closed) {
      return;
    }
    if (unsentBytes > UNSENT_MAX_BYTES) {
      close();
      return;
    }
    if (unsent.isEmpty()) {
      stuckSince = System.nanoTime();
    }
    unsent.add(frame);
    unsentBytes += frame.length;
    flush();
    if (!unsent.isEmpty()) {
      wakesGate.run();
    }
  }

  /** Gives it what the kernel takes at once. */
  synchronized void flush() {
    while (!closed && !unsent.isEmpty()) {
      byte[] first = unsent.getFirst();
      int took = LocalSockets.write(fd, first, sentOfFirst);
      if (took < 0) {
        close();
      }
      if (took <= 0) {
        return;
      }
      stuckSince = System.nanoTime();
      sentOfFirst += took;
      if (sentOfFirst == first.length) {
        unsent.removeFirst();
        unsentBytes -= first.length;
        sentOfFirst = 0;
      }
    }
  }

  /** Whether something waits until it reads. */
  synchronized boolean hasUnsent() {
    return !closed && !unsent.isEmpty();
  }

  /** Ends the connection when it has read nothing for too long. */
  synchronized void cutOffIfStuck() {
    if (hasUnsent() && System.nanoTime() - stuckSince > UNREAD_MAX_NANOS) {
      close();
    }
  }

  /** The gate finds out by reading its end, and forgets it. */
  private void close() {
    if (!closed) {
      closed = true;
      unsent.clear();
      LocalSockets.shut(fd);
    }
  }

  /** Gives the descriptor back; only the gate does so. */
  synchronized void release() {
    closed = true;
    LocalSockets.close(fd);
  }
}
