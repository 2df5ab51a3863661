package org.queqiao.server.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;
import org.queqiao.server.pki.LaunchOrders;

/**
 * Brings the desired set of one node to its agent over one connection.
 *
 * <p>Every frame lists the whole set, but an order travels once: a run goes through {@code ASKED}
 * (being signed), {@code READY}, {@code SENT}, and {@code KNOWN} once the agent has told of it. The
 * orders between asked and known are bounded in bytes, so that an agent with a small heap is never
 * sent more than it can hold; further runs are listed without order until there is room.
 *
 * <p>A set that differs only by runs which wait for their orders, or by the absence of runs whose
 * end the agent itself has told, is not worth a frame of its own: it goes with the next one, at the
 * latest after a heartbeat.
 */
final class DesiredPush {
  /** Orders on the way at a time, in bytes; a single one may be larger. */
  static final long ON_THE_WAY_MAX_BYTES = 1 << 20;

  private static final int ORDER_OVERHEAD_BYTES = 2_048;
  private static final byte[] NONE = {};

  /** What the agent was told of a run besides its order. */
  private record Told(boolean stop, boolean signal, Suspending suspending, long askedMs) {
    static Told of(DesiredRunState run) {
      return new Told(run.stop(), run.signal() != null, run.suspending(), run.suspendingAskedMs());
    }
  }

  /** How far the order of a run has come. */
  private enum Stage {
    ASKED,
    READY,
    SENT,
    KNOWN,
    IMPOSSIBLE
  }

  private static final class Way {
    private Stage stage;
    private long bytes;
    private byte[] order = NONE;
    private long sentMs;
    private boolean ended;
    private String reason = "";

    private Way(Stage stage) {
      this.stage = stage;
    }
  }

  /** What the push needs of its connection. */
  interface Line {
    /** The version of the protocol that the agent speaks. */
    int protocol();

    /** Sends, or keeps quiet when the connection is closed. */
    void send(ServerMessage message);

    /**
     * Whether the agent reads too slowly; {@link DesiredPush#flush} is called once it caught up.
     */
    boolean congested();

    /** Calls {@link DesiredPush#flush} once, after what is at hand. */
    void flushSoon();

    /** Calls {@link DesiredPush#askMore} after some seconds. */
    void askSoon();

    /** Asks for an order; {@link DesiredPush#signed} gets the outcome, on the same event loop. */
    void ask(DesiredRunState run, long epoch);
  }

  private final NodeName node;
  private final Line line;
  private final TreeMap<RunId, Way> ways = new TreeMap<>();
  private final TreeMap<RunId, Told> told = new TreeMap<>();
  private DesiredState latest;
  private long epoch;
  private long onTheWayBytes;
  private boolean dirty;
  private boolean overdue;

  DesiredPush(NodeName node, Line line) {
    this.node = node;
    this.line = line;
  }

  /** The set has changed, or is told for the first time. */
  void update(DesiredState state, long leaderEpoch) {
    if (!state.node().equals(node)
        || (latest != null && leaderEpoch == epoch && state.version() < latest.version())) {
      return;
    }
    boolean first = latest == null;
    latest = state;
    epoch = leaderEpoch;
    TreeMap<RunId, DesiredRunState> listed = new TreeMap<>();
    state.runs().forEach(run -> listed.put(run.run(), run));
    if (first || worthAFrame(listed)) {
      touch();
    } else {
      overdue = true;
    }
    ways.entrySet()
        .removeIf(each -> {
          if (listed.containsKey(each.getKey())) {
            return false;
          }
          release(each.getValue());
          return true;
        });
    askMore();
  }

  private boolean worthAFrame(Map<RunId, DesiredRunState> listed) {
    for (Map.Entry<RunId, Told> before : told.entrySet()) {
      DesiredRunState now = listed.get(before.getKey());
      Way way = ways.get(before.getKey());
      if (now == null ? way == null || !way.ended : !Told.of(now).equals(before.getValue())) {
        return true;
      }
    }
    for (DesiredRunState run : listed.values()) {
      if (run.stop() && !told.containsKey(run.run())) {
        return true;
      }
    }
    return false;
  }

  /** Asks for orders, in the order of the set, as far as there is room for them. */
  void askMore() {
    if (latest == null) {
      return;
    }
    for (DesiredRunState run : latest.runs()) {
      if (run.stop() || ways.containsKey(run.run())) {
        continue;
      }
      long bytes = run.spec().script().length + (long) ORDER_OVERHEAD_BYTES;
      if (onTheWayBytes > 0 && onTheWayBytes + bytes > ON_THE_WAY_MAX_BYTES) {
        return;
      }
      Way way = new Way(Stage.ASKED);
      way.bytes = bytes;
      onTheWayBytes += bytes;
      ways.put(run.run(), way);
      line.ask(run, epoch);
    }
  }

  /** What came of an order that was asked for. */
  void signed(RunId run, long ofEpoch, LaunchOrders.Outcome outcome) {
    Way way = ways.get(run);
    if (way == null || way.stage != Stage.ASKED) {
      return;
    }
    switch (outcome) {
      case LaunchOrders.Outcome.Signed signed when ofEpoch == epoch -> {
        way.stage = Stage.READY;
        way.order = signed.order();
        touch();
      }
      case LaunchOrders.Outcome.Signed _ -> {
        release(way);
        ways.remove(run);
        askMore();
      }
      case LaunchOrders.Outcome.Impossible impossible -> {
        release(way);
        way.stage = Stage.IMPOSSIBLE;
        way.reason = impossible.reason();
        touch();
      }
      case LaunchOrders.Outcome.NotNow _ -> {
        release(way);
        ways.remove(run);
        line.askSoon();
      }
    }
  }

  /** The agent has told of the run: it needs no order. */
  void known(RunId run, boolean ended) {
    Way way = ways.computeIfAbsent(run, each -> new Way(Stage.KNOWN));
    release(way);
    if (way.stage != Stage.IMPOSSIBLE) {
      way.stage = Stage.KNOWN;
    }
    way.ended |= ended;
    askMore();
  }

  /** A run of the latest set. */
  Optional<DesiredRunState> find(RunId run) {
    return latest == null
        ? Optional.empty()
        : latest.runs().stream().filter(each -> each.run().equals(run)).findFirst();
  }

  /** Why no order could be made for a run, or empty. */
  String impossibility(RunId run) {
    Way way = ways.get(run);
    return way == null ? "" : way.reason;
  }

  /** A heartbeat came: what waited goes, and orders that grew old unanswered are made anew. */
  void beat(long nowMs) {
    ways.values()
        .removeIf(way -> {
          boolean old = way.stage == Stage.SENT && nowMs - way.sentMs > LaunchOrders.HANDED_OUT_MS;
          if (old) {
            release(way);
          }
          return old;
        });
    askMore();
    if (overdue) {
      touch();
    }
  }

  /** Sends the latest set, if it is worth it and the agent can take it. */
  void flush(long nowMs) {
    if (!dirty || latest == null || line.congested()) {
      return;
    }
    dirty = false;
    overdue = false;
    told.clear();
    List<ServerMessage.DesiredRun> runs = new ArrayList<>(latest.runs().size());
    for (DesiredRunState run : latest.runs()) {
      Way way = ways.get(run.run());
      boolean stop = run.stop() || (way != null && way.stage == Stage.IMPOSSIBLE);
      byte[] order = NONE;
      if (way != null && way.stage == Stage.READY && !stop) {
        order = way.order;
        way.order = NONE;
        way.stage = Stage.SENT;
        way.sentMs = nowMs;
      }
      told.put(run.run(), Told.of(run));
      WarningSignal signal = understood(run.signal());
      runs.add(
          new ServerMessage.DesiredRun(
              run.run(),
              stop,
              run.graceMs(),
              order,
              signal == null ? 0 : signal.number(),
              signal != null && signal.batchOnly(),
              run.suspending(),
              run.suspendingAskedMs()));
    }
    line.send(new ServerMessage.DesiredSet(epoch, latest.version(), runs));
  }

  /** An older agent would end the run for some: it gets those when it is a newer one. */
  private WarningSignal understood(WarningSignal signal) {
    boolean all = line.protocol() >= AgentFrame.PROTOCOL_SIGNALS;
    return signal == null || all || WarningSignal.isKnownToAll(signal.number()) ? signal : null;
  }

  private void touch() {
    if (!dirty) {
      dirty = true;
      line.flushSoon();
    }
  }

  private void release(Way way) {
    onTheWayBytes -= way.bytes;
    way.bytes = 0;
    way.order = NONE;
  }
}
