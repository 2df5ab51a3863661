package org.queqiao.agent.slurm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;

/**
 * Tells the server of the runs that are over, each stretch of time when it is read, and what was
 * read a short while ago once more, because it may be told otherwise now. The server counts a run
 * once, however often it is told.
 */
final class HistoryTeller {
  /** So many in a batch: far below the bounds of a frame and of the scheduler. */
  private static final int BATCH = 256;

  private static final long NANOS_PER_MS = 1_000_000;
  private static final long DAY_MS = 86_400_000;
  private static final long STRETCH_MAX_MS = 365 * DAY_MS;

  /** A stretch with more than so many runs is too long, one with fewer than a tenth too short. */
  private static final int RUNS_WANTED = 10_000;

  private static final int LEFT_OUT_MAX = 100_000;

  private final History history;
  private final NowReader reader;
  private final long overlapMs;
  private final Reread reread;
  private final ClockSkew skew = new ClockSkew();
  private final TreeMap<ExternalRun, Told> told = new TreeMap<>();
  private final TreeSet<String> leftOut = new TreeSet<>();
  private long sinceMs;
  private long completeMs;
  private long stretchMs = DAY_MS;
  private long batch;
  private ClusterNow now;
  private boolean nowTold;

  private record Told(long endMs, long fingerprint) {}

  HistoryTeller(BridgeOptions options, History history, NowReader reader) {
    this.history = history;
    this.reader = reader;
    this.overlapMs = options.overlapMs();
    this.reread =
        new Reread(
            overlapMs, options.data().resolve("reread"), monotonicMs(), System.currentTimeMillis());
    this.sinceMs = options.sinceMs();
  }

  /** The server knows the history up to this moment. */
  void known(long untilMs) {
    completeMs = sinceMs >= 0 ? Math.min(sinceMs, untilMs) : untilMs;
    told.clear();
    batch = 0;
    now = null;
    nowTold = true;
  }

  /**
   * Reads and tells the next stretch.
   *
   * @return whether there is more to read at once
   */
  boolean tell(ServerConnection server) throws SlurmException, IOException {
    ClusterNow seen = reader.read();
    if (!seen.isLike(now)) {
      nowTold = false;
    }
    now = seen;
    // What is now is told at once, also while slurmdbd does not tell what was.
    exchange(server, List.of(), 0);
    // A job that stands still may end at that moment, however long ago it is then.
    long openMs = reader.suspendedSinceMs() - 1_000;
    long hereMs = System.currentTimeMillis();
    skew.say(seen.atMs(), hereMs);
    long fromMs =
        Math.max(
            0, Math.min(openMs, reread.fromMs(monotonicMs(), hereMs, completeMs, seen.atMs())));
    long againMs = completeMs - fromMs;
    History.Found found = history.read(fromMs, againMs + stretchMs);
    found.leftOut().forEach(this::leaveOut);
    List<ObservedRun> fresh = new ArrayList<>();
    for (ObservedRun each : found.runs()) {
      Told before = told.get(each.id());
      if (before == null || before.fingerprint() != each.fingerprint()) {
        fresh.add(each);
      }
    }
    // A clock of slurmctld that is ahead must not make times known that are still to come.
    long untilMs = Math.min(hereMs, Math.min(openMs, found.completeMs()));
    long knownMs = Math.max(completeMs, untilMs);
    int sent = 0;
    do {
      List<ObservedRun> some = fresh.subList(sent, Math.min(fresh.size(), sent + BATCH));
      sent += some.size();
      exchange(server, some, sent == fresh.size() ? knownMs : 0);
    } while (sent < fresh.size());
    boolean moved = knownMs > completeMs;
    boolean wholly = found.completeMs() >= fromMs + againMs + stretchMs;
    completeMs = knownMs;
    fresh.forEach(each -> told.put(each.id(), new Told(each.endMs(), each.fingerprint())));
    told.values().removeIf(each -> each.endMs() < Math.min(fromMs, completeMs - overlapMs));
    if (found.runs().size() > RUNS_WANTED) {
      stretchMs = Math.max(1_000, stretchMs / 2);
    } else if (found.runs().size() < RUNS_WANTED / 10) {
      stretchMs = Math.min(STRETCH_MAX_MS, stretchMs * 2);
    }
    if (wholly) {
      // Far behind: what has just been read for the first time is not read again with each stretch.
      reread.begin();
    } else {
      sinceMs = -1;
    }
    return moved && wholly;
  }

  /** By a clock that only goes forward. */
  private static long monotonicMs() {
    return System.nanoTime() / NANOS_PER_MS;
  }

  /** A life sign. */
  void alive(ServerConnection server) throws IOException {
    now = null;
    nowTold = true;
    exchange(server, List.of(), 0);
  }

  private void exchange(ServerConnection server, List<ObservedRun> runs, long untilMs)
      throws IOException {
    server.send(
        new AgentMessage.ObservedRuns(
            ++batch, runs, untilMs, nowTold ? null : now, now == null ? 0 : now.atMs()));
    nowTold = true;
    switch (server.read()) {
      case ServerMessage.RunsRecorded m when m.batch() == batch -> {
        if (m.tooOld() > 0) {
          AgentLog.warn(m.tooOld() + " runs ended too long ago to be taken");
        }
      }
      case ServerMessage.Refused m -> throw new IOException("refused: " + m.reason());
      case ServerMessage m -> throw new IOException("no answer to batch " + batch + ", but " + m);
    }
  }

  /** What cannot be billed is named once. */
  private void leaveOut(String what) {
    if (leftOut.size() < LEFT_OUT_MAX && leftOut.add(what)) {
      AgentLog.warn("left out: " + what);
    }
  }
}
