package org.queqiao.agent.launcher;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/**
 * One connection to the launcher. Connecting asks for capabilities and the list of runs, one after
 * the other; then requests are pipelined, and the thread that calls {@link #readReplies} hands each
 * reply to the listener in the order of the requests.
 *
 * <p>At most {@link #WINDOW} requests are under way; more wait here, so that neither end fills a
 * socket that the other does not read.
 */
public final class LauncherClient implements Closeable {
  /** The most requests under way. */
  static final int WINDOW = 256;

  /** {@code QQRP}. */
  private static final int REPLY_MAGIC = 0x51515250;

  /** The longest reply: a page of the list, or a read, each with a margin. */
  private static final int REPLY_MAX_BYTES = (1 << 20) + (64 << 10);

  private static final int STATE_FORGOTTEN = 4;
  private static final int STATE_ENDED = 2;
  private static final int STATE_SUSPENDED = 5;
  private static final int NOT_YET = 2;
  private static final int SUSPENSION = 7;
  private static final int DEVICES = 9;
  private static final int ANY_SIGNAL = 10;
  private static final int LEASES = 11;

  /**
   * What the node can do, as the launcher says.
   *
   * @param bootId of the running kernel, 32 hexadecimal digits
   * @param absent what it cannot do, each with its reason
   * @param suspends whether it can stop a run and let it go on
   * @param anySignal whether it gives any signal before the end of a run
   * @param deniesDevices whether it keeps devices from runs that were not given them
   * @param leases whether it knows orders with a lease
   */
  public record Capabilities(
      String bootId,
      List<String> absent,
      boolean suspends,
      boolean anySignal,
      boolean deniesDevices,
      boolean leases) {
    /** What an agent beside this launcher says that it speaks: no more than both understand. */
    public int protocol() {
      return anySignal ? AgentFrame.PROTOCOL_MAX : AgentFrame.PROTOCOL_SIGNALS - 1;
    }

    /** Whether a server that heard of this needs not hear of another launcher's anew. */
    public boolean tellsTheSame(Capabilities other) {
      return anySignal == other.anySignal
          && deniesDevices == other.deniesDevices
          && leases == other.leases;
    }
  }

  private final SocketChannel channel;
  private final LauncherListener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<LauncherRequest> underWay = new ArrayDeque<>();
  private final ArrayDeque<LauncherRequest> waiting = new ArrayDeque<>();
  private final ByteBuffer head = ByteBuffer.allocate(LauncherRequest.HEADER_BYTES);
  private Capabilities capabilities;
  private List<LauncherRun> runs;

  private LauncherClient(SocketChannel channel, LauncherListener listener) {
    this.channel = channel;
    this.listener = listener;
  }

  /**
   * Connects, and asks what the node can do and what runs on it.
   *
   * @throws IOException when the launcher is not there, or closes the connection as it does to
   *     everyone but the agent's user
   */
  public static LauncherClient connect(Path socket, LauncherListener listener) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      LauncherClient client = new LauncherClient(channel, listener);
      client.capabilities = client.askCapabilities();
      client.runs = client.askList();
      return client;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** What the node can do. */
  public Capabilities capabilities() {
    return capabilities;
  }

  /** The runs when the connection began; asked before anything else. */
  public List<LauncherRun> runs() {
    return runs;
  }

  /** Hands replies to the listener until the connection is gone; says why it went. */
  public Exception readReplies() {
    try {
      while (true) {
        readOne();
      }
    } catch (IOException | RuntimeException e) {
      close();
      return e;
    }
  }

  /** Asks for a launch; the answer comes as {@link LauncherListener#launched}. */
  public void launch(RunId run, byte[] signedOrder) throws IOException {
    send(new LauncherRequest.Launch(run, signedOrder));
  }

  /** Asks for a read; the answer comes as {@link LauncherListener#outputRead}. */
  public void read(long requestId, byte[] signedOrder) throws IOException {
    send(new LauncherRequest.Read(requestId, signedOrder));
  }

  /** Ends a run; its exit record says when. */
  public void stop(RunId run, int graceMs) throws IOException {
    send(new LauncherRequest.Stop(run, graceMs));
  }

  /** Sends a signal to a run, to its batch script alone or to the tasks of its steps. */
  public void signal(RunId run, int number, boolean batchOnly) throws IOException {
    send(new LauncherRequest.Signal(run, number, batchOnly));
  }

  /** Starts the process of a run that takes orders beside its script, unless it is there. */
  public void startHost(RunId run) throws IOException {
    send(new LauncherRequest.StartHost(run));
  }

  /** Has the counters of a run handed out under a number. */
  public void handOut(RunId run, int number) throws IOException {
    send(new LauncherRequest.HandOut(run, number));
  }

  /** Stops a run or lets it go on; the answer comes as {@link LauncherListener#suspended}. */
  public void suspend(RunId run, boolean stop) throws IOException {
    send(new LauncherRequest.Suspend(run, stop));
  }

  /** Lets the launcher delete what it keeps of a run. */
  public void forget(RunId run) throws IOException {
    send(new LauncherRequest.Forget(run));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed it is; the reader finds out and says so.
    }
  }

  private void send(LauncherRequest request) throws IOException {
    lock.lock();
    try {
      if (underWay.size() >= WINDOW) {
        waiting.add(request);
      } else {
        write(request);
      }
    } finally {
      lock.unlock();
    }
  }

  private void write(LauncherRequest request) throws IOException {
    underWay.add(request);
    ByteBuffer[] frame = request.frame();
    while (frame[0].hasRemaining() || frame[1].hasRemaining()) {
      channel.write(frame);
    }
  }

  private void readOne() throws IOException {
    LauncherReply reply = readReply();
    LauncherRequest request;
    lock.lock();
    try {
      request = underWay.poll();
      if (!waiting.isEmpty()) {
        write(waiting.poll());
      }
    } finally {
      lock.unlock();
    }
    if (request == null || reply.status() == LauncherReply.Status.MALFORMED) {
      throw new MalformedRecordException("the launcher says: " + reply.inWords());
    }
    deliver(request, reply);
  }

  private LauncherReply readReply() throws IOException {
    head.clear();
    readFully(head);
    head.flip();
    int magic = head.getInt();
    int version = head.getShort();
    head.getShort();
    int length = head.getInt();
    if (magic != REPLY_MAGIC
        || version != LauncherRequest.VERSION
        || length < 10
        || length > REPLY_MAX_BYTES) {
      throw new MalformedRecordException("not a reply of the launcher");
    }
    ByteBuffer body = ByteBuffer.allocate(length);
    readFully(body);
    return LauncherReply.read(body.flip());
  }

  private void readFully(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the launcher closed the connection");
      }
    }
  }

  private void handedOn(String what, LauncherReply reply) {
    switch (reply.status()) {
      case OK, NOT_RUNNING -> {}
      default -> listener.notDone(what, reply.inWords());
    }
  }

  private void deliver(LauncherRequest request, LauncherReply reply) {
    switch (request) {
      case LauncherRequest.Launch launch -> listener.launched(launch.run(), answer(reply));
      case LauncherRequest.Read read -> listener.outputRead(read.requestId(), output(reply));
      case LauncherRequest.Stop stop -> handedOn("stop of run " + stop.run(), reply);
      case LauncherRequest.Signal signal -> handedOn("signal to run " + signal.run(), reply);
      case LauncherRequest.StartHost start ->
          handedOn("start of the host of run " + start.run(), reply);
      case LauncherRequest.Suspend suspend ->
          listener.suspended(suspend.run(), suspend.stop(), suspended(reply));
      case LauncherRequest.Forget forget -> {
        switch (reply.status()) {
          case OK, NOT_FOUND -> {}
          default -> listener.notDone("forgetting run " + forget.run(), reply.inWords());
        }
      }
      // What is not handed out is asked for again.
      case LauncherRequest.HandOut _,
          LauncherRequest.ListRuns _,
          LauncherRequest.Capabilities _ -> {}
    }
  }

  private static LaunchAnswer answer(LauncherReply reply) {
    return switch (reply.status()) {
      case STARTED, EXISTS -> {
        ByteBuffer receipt = reply.payload();
        receipt.getInt();
        int state = receipt.getInt();
        long startMs = receipt.getLong();
        yield switch (state) {
          case STATE_ENDED -> new LaunchAnswer.Ended(startMs);
          case STATE_FORGOTTEN -> new LaunchAnswer.Forgotten();
          default -> new LaunchAnswer.Running(startMs);
        };
      }
      case BUSY -> new LaunchAnswer.Busy();
      case OK, REFUSED, NOT_FOUND, NOT_RUNNING, FAILED, MALFORMED ->
          new LaunchAnswer.Refused(reply.inWords());
    };
  }

  private static ReadAnswer output(LauncherReply reply) {
    return switch (reply.status()) {
      case OK -> {
        ByteBuffer payload = reply.payload();
        long size = payload.getLong();
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        yield new ReadAnswer.Bytes(size, bytes);
      }
      case FAILED -> new ReadAnswer.Failed(reply.reason(), reply.inWords());
      case BUSY -> new ReadAnswer.Refused(reply.inWords() + "; ask again");
      case STARTED, EXISTS, REFUSED, NOT_FOUND, NOT_RUNNING, MALFORMED ->
          new ReadAnswer.Refused(reply.inWords());
    };
  }

  private static SuspendReply suspended(LauncherReply reply) {
    return switch (reply.status()) {
      case OK -> reply.payload().getInt() == NOT_YET ? SuspendReply.NOT_YET : SuspendReply.DONE;
      case BUSY -> SuspendReply.NOT_YET;
      case STARTED, EXISTS, REFUSED, NOT_FOUND, NOT_RUNNING, FAILED, MALFORMED ->
          SuspendReply.NOT_DONE;
    };
  }

  private Capabilities askCapabilities() throws IOException {
    LauncherReply reply = ask(new LauncherRequest.Capabilities());
    ByteBuffer in = reply.payload();
    String bootId = hex(in);
    in.getInt();
    int count = in.getInt();
    List<String> absent = new ArrayList<>();
    boolean suspends = false;
    boolean anySignal = false;
    boolean deniesDevices = false;
    boolean leases = false;
    for (int i = 0; i < count; i++) {
      int id = Short.toUnsignedInt(in.getShort());
      boolean present = in.getShort() != 0;
      byte[] text = new byte[Short.toUnsignedInt(in.getShort())];
      in.get(text);
      suspends |= present && id == SUSPENSION;
      anySignal |= present && id == ANY_SIGNAL;
      deniesDevices |= present && id == DEVICES;
      leases |= present && id == LEASES;
      if (!present) {
        absent.add(
            capability(id) + ": " + new String(text, java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    if (!anySignal) {
      absent.add(
          capability(ANY_SIGNAL) + ": the launcher is older than the agent; others wait for it");
    }
    if (!leases) {
      absent.add(capability(LEASES) + ": the launcher is older than the agent; they get none here");
    }
    return new Capabilities(
        bootId, List.copyOf(absent), suspends, anySignal, deniesDevices, leases);
  }

  private static String capability(int id) {
    return switch (id) {
      case 1 -> "identity switch";
      case 2 -> "process tracking by control group";
      case 3 -> "core limit";
      case 4 -> "memory limit";
      case 5 -> "process limit";
      case 6 -> "private temporary directory";
      case SUSPENSION -> "suspension of runs";
      case 8 -> "limit of CPU time";
      case DEVICES -> "denial of devices";
      case ANY_SIGNAL -> "signals before the end other than HUP, INT, USR1, USR2 and CONT";
      case LEASES -> "leases of runs";
      default -> "capability " + id;
    };
  }

  private List<LauncherRun> askList() throws IOException {
    List<LauncherRun> all = new ArrayList<>();
    long afterJob = 0;
    int afterAttempt = 0;
    boolean more = true;
    while (more) {
      ByteBuffer in = ask(new LauncherRequest.ListRuns(afterJob, afterAttempt)).payload();
      int count = in.getInt();
      more = in.getInt() != 0 && count > 0;
      for (int i = 0; i < count; i++) {
        LauncherRun run = listed(in);
        all.add(run);
        afterJob = run.run().job().value();
        afterAttempt = run.run().attempt();
      }
    }
    return all;
  }

  private static LauncherRun listed(ByteBuffer in) {
    RunId run = new RunId(new JobId(in.getLong()), in.getInt());
    boolean suspended = in.getInt() == STATE_SUSPENDED;
    in.getInt();
    in.getInt();
    long startMs = in.getLong();
    in.position(in.position() + 16);
    int length = in.getInt();
    RunExit exit = null;
    if (length > 0) {
      exit = ExitRecord.read(in.slice(in.position(), length));
      in.position(in.position() + length);
    }
    return new LauncherRun(run, startMs, exit, suspended);
  }

  private LauncherReply ask(LauncherRequest request) throws IOException {
    ByteBuffer[] frame = request.frame();
    while (frame[0].hasRemaining() || frame[1].hasRemaining()) {
      channel.write(frame);
    }
    try {
      LauncherReply reply = readReply();
      if (reply.status() != LauncherReply.Status.OK) {
        throw new IOException("the launcher says: " + reply.inWords());
      }
      return reply;
    } catch (MalformedRecordException | java.nio.BufferUnderflowException e) {
      throw new IOException("the launcher is not understood: " + e.getMessage(), e);
    }
  }

  private static String hex(ByteBuffer in) {
    byte[] bytes = new byte[16];
    in.get(bytes);
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
