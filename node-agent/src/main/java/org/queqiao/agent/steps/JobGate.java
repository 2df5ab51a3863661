package org.queqiao.agent.steps;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.queqiao.agent.jna.LocalSockets;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * The socket by which processes of jobs reach the agent. A process proves to which run it belongs
 * by its control group, and whose it is by what the kernel says of it; nothing that it sends counts
 * for that, and nothing secret is needed in its environment.
 *
 * <p>A process that connects, ends, and whose number is given to another before the agent looks can
 * at most be taken for one of another run of the same user, because the run's user is compared with
 * the user of the one who connected.
 */
public final class JobGate {
  private static final int PEERS_MAX = 1_024;
  private static final int PEERS_OF_RUN_MAX = 512;
  private static final int FRAME_MAX_BYTES = 1 << 20;
  private static final int READ_BYTES = 64 << 10;

  /** Of all of them together what came and makes no whole frame yet. */
  private static final int UNREAD_MAX_BYTES = 4 << 20;

  /** Between two looks at those that do not read. */
  private static final int STUCK_LOOK_MS = 1_000;

  private static final int STEP = 1;
  private static final int ENDED = 2;
  private static final int HOST = 3;
  private static final int CHECKPOINT = 4;
  private static final int SHELLS = 5;
  private static final int ATTENDS = 1;

  /** What processes of jobs say; called on the thread of the gate. */
  public interface Listener {
    /** One is there. */
    void joined(JobPeer peer);

    /** It asks for a step. */
    void stepAsked(JobPeer peer, StepAsked asked);

    /** A step of its run has ended. */
    void stepEnded(JobPeer peer, int step, int exitCode);

    /**
     * It starts the steps of its run on this node.
     *
     * @param attends whether it is the script of its run: then nobody else starts them
     */
    void hostReady(JobPeer peer, boolean attends);

    /** It has these shells open beside a script that attends. */
    void shellsOpen(JobPeer peer, JobPeer.OpenShells shells);

    /** What its run has done until now is saved. */
    void checkpointed(JobPeer peer);

    /** It is gone. */
    void left(JobPeer peer);
  }

  /**
   * A step that a process asks for.
   *
   * @param port where it awaits other nodes, or 0
   */
  public record StepAsked(int tasks, int port, String name, List<NodeName> nodes) {}

  private final int listener;

  /** Both ends of what wakes the thread of the gate. */
  private final int[] wake;

  private final Listener listening;
  private final List<JobPeer> peers = new ArrayList<>();
  private long unreadBytes;

  private JobGate(int listener, int[] wake, Listener listening) {
    this.listener = listener;
    this.wake = wake;
    this.listening = listening;
  }

  /** Listens, on a thread of its own. */
  public static void open(Path socket, Listener listening) throws IOException {
    JobGate gate = new JobGate(LocalSockets.listen(socket), LocalSockets.pair(), listening);
    Thread.ofPlatform().name("job-gate").daemon().start(gate::serve);
  }

  private void serve() {
    byte[] bytes = new byte[READ_BYTES];
    while (true) {
      int count = peers.size();
      int[] fds = new int[count + 2];
      boolean[] wantsWrite = new boolean[count + 2];
      boolean anyWants = false;
      for (int i = 0; i < count; i++) {
        fds[i] = peers.get(i).fd();
        wantsWrite[i] = peers.get(i).hasUnsent();
        anyWants |= wantsWrite[i];
      }
      fds[count] = listener;
      fds[count + 1] = wake[0];
      LocalSockets.Ready[] ready =
          LocalSockets.await(fds, wantsWrite, anyWants ? STUCK_LOOK_MS : -1);
      if (ready[count + 1].read()) {
        LocalSockets.read(wake[0], bytes);
      }
      for (int i = count - 1; i >= 0; i--) {
        serve(i, ready[i], bytes);
      }
      if (ready[count].read()) {
        accept();
      }
    }
  }

  private void serve(int index, LocalSockets.Ready ready, byte[] bytes) {
    JobPeer peer = peers.get(index);
    if (ready.write()) {
      peer.flush();
    }
    peer.cutOffIfStuck();
    if (ready.read() && !read(peer, bytes)) {
      peers.remove(index);
      unreadBytes -= peer.unread().length;
      peer.release();
      listening.left(peer);
    }
  }

  private void wake() {
    // Full is as good: the gate has not read it yet and will.
    LocalSockets.write(wake[1], new byte[1], 0);
  }

  private void accept() {
    int fd = LocalSockets.accept(listener);
    if (fd < 0) {
      return;
    }
    try {
      LocalSockets.Peer peer = LocalSockets.peer(fd);
      Optional<RunId> run = RunMembership.of(peer.pid(), peer.uid());
      String refusal =
          run.isEmpty()
              ? "this process belongs to no job on this node (steps of several users need a"
                  + " launcher that root started, and control groups)"
              : null;
      if (run.isPresent()
          && (peers.size() >= PEERS_MAX
              || peers.stream().filter(each -> each.run().equals(run.get())).count()
                  >= PEERS_OF_RUN_MAX)) {
        refusal = "too many processes of jobs speak with the agent: try again";
      }
      JobPeer known = new JobPeer(fd, run.orElse(null), peer.uid(), this::wake);
      if (refusal != null) {
        known.refuse(refusal);
        known.release();
        return;
      }
      peers.add(known);
      listening.joined(known);
    } catch (IOException e) {
      LocalSockets.close(fd);
    }
  }

  /** Takes what is there; false when the process is gone or says something else. */
  private boolean read(JobPeer peer, byte[] bytes) {
    int got = LocalSockets.read(peer.fd(), bytes);
    if (got <= 0) {
      return got == 0;
    }
    byte[] all = Arrays.copyOf(peer.unread(), peer.unread().length + got);
    System.arraycopy(bytes, 0, all, peer.unread().length, got);
    ByteBuffer in = ByteBuffer.wrap(all);
    try {
      while (in.remaining() >= Integer.BYTES) {
        int length = in.getInt(in.position());
        if (length < 1 || length > FRAME_MAX_BYTES) {
          return false;
        }
        if (in.remaining() < Integer.BYTES + length) {
          break;
        }
        in.getInt();
        frame(peer, in.slice(in.position(), length));
        in.position(in.position() + length);
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      peer.refuse("not understood: " + e.getMessage());
      return false;
    }
    long others = unreadBytes - peer.unread().length;
    if (others + in.remaining() > UNREAD_MAX_BYTES) {
      peer.refuse("too much is said to the agent at a time: try again");
      return false;
    }
    peer.unread(Arrays.copyOfRange(all, in.position(), all.length));
    unreadBytes = others + peer.unread().length;
    return true;
  }

  private void frame(JobPeer peer, ByteBuffer in) {
    switch (in.get()) {
      case STEP -> {
        int tasks = in.getInt();
        int port = Short.toUnsignedInt(in.getShort());
        String name = text(in);
        List<NodeName> nodes = new ArrayList<>();
        for (int left = Short.toUnsignedInt(in.getShort()); left > 0; left--) {
          nodes.add(new NodeName(text(in)));
        }
        listening.stepAsked(peer, new StepAsked(tasks, port, name, nodes));
      }
      case ENDED -> listening.stepEnded(peer, in.getInt(), in.getInt());
      case HOST -> listening.hostReady(peer, in.hasRemaining() && in.get() == ATTENDS);
      case SHELLS -> listening.shellsOpen(peer, new JobPeer.OpenShells(in.getInt(), in.getInt()));
      case CHECKPOINT -> listening.checkpointed(peer);
      default -> throw new IllegalArgumentException("an unknown message");
    }
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
