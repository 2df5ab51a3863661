package org.queqiao.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.agent.launcher.ExitSpool;
import org.queqiao.agent.launcher.LauncherClient;
import org.queqiao.agent.measure.Sampler;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.agent.spool.Spool;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;

/**
 * What was counted of runs, from their exit records to the server. It is in the agent's spool
 * before the launcher forgets a run, and leaves it once the server says that it is stored.
 */
final class Tally {
  /** Of how many runs the counters are sent before the first of them is known to be stored. */
  private static final int UNDER_WAY_MAX = 64;

  private static final int AGAIN_AFTER_BEATS = 6;
  private static final int SAMPLES_AFTER_BEATS = 3;

  private final Spool spool;
  private final ExitSpool exits;
  private final Sampler sampler;
  private final TreeMap<RunId, Long> toldUntilMs = new TreeMap<>();
  private final TreeSet<RunId> told = new TreeSet<>();
  private ServerConnection listener;
  private int beats;
  private int beatsSinceSamples;

  Tally(Spool spool, ExitSpool exits, Sampler sampler) {
    this.spool = spool;
    this.exits = exits;
    this.sampler = sampler;
  }

  /**
   * What the node cannot do: series of runs too, where their counters cannot be taken. Monitors of
   * a launcher of before hand them out elsewhere.
   */
  List<String> absent(LauncherClient.Capabilities can, List<String> others) {
    Optional<String> why = sampler.absence();
    List<String> all = new ArrayList<>(others);
    if (can.leases()) {
      why.ifPresent(each -> all.add("series of runs: " + each));
    }
    return all;
  }

  /** A run is about to be started with these devices, as {@code NAME:INDEX}. */
  void launching(RunId run, List<String> devices) {
    try {
      sampler.launching(run, devices, System.currentTimeMillis());
    } catch (IOException e) {
      // A run is worth more than its counters.
      AgentLog.warn("the devices of run " + run + " are not kept: " + e.getMessage());
    }
  }

  /** A run has been started. */
  void launched(RunId run) {
    sampler.launched(run);
  }

  /** The end of a run, with its energy and the time of its accelerators. */
  RunExit ended(RunExit exit) {
    return sampler.ended(exit);
  }

  /** The end of a run is about to be written as acknowledged, after which its record may go. */
  void acknowledged(RunId run) throws IOException {
    RunMetrics metrics = exits.counters(run).filter(m -> !m.totals().isEmpty()).orElse(null);
    if (metrics != null && !spool.image().counted().containsKey(run)) {
      List<CounterValue> totals = new ArrayList<>(metrics.totals());
      List<CounterValue> own = sampler.totals(run);
      if (totals.size() + own.size() <= RunMetrics.TOTALS_MAX) {
        totals.addAll(own);
      }
      spool.append(new SpoolRecord.Counted(new RunMetrics(run, totals)));
      tell();
    }
    if (metrics == null && !spool.image().counted().containsKey(run)) {
      sampler.forget(run);
    }
  }

  /** A connection has begun; null when its server does not understand counters. */
  void connected(ServerConnection connection) {
    listener = connection;
    told.clear();
    toldUntilMs.clear();
    tell();
  }

  /**
   * A heartbeat is due: living runs are measured, and told of now and then; what was not stored
   * within a while is told again.
   */
  void beat(List<RunId> alive, long nowMs) throws IOException {
    sampler.beat(alive, nowMs);
    toldUntilMs.keySet().retainAll(alive);
    if (listener != null && ++beatsSinceSamples >= SAMPLES_AFTER_BEATS) {
      beatsSinceSamples = 0;
      for (RunId run : alive) {
        byte[] series = sampler.packed(run, toldUntilMs.getOrDefault(run, 0L));
        if (series.length > 0) {
          listener.send(new AgentMessage.RunSamplesReport(run, series));
          toldUntilMs.put(run, nowMs);
        }
      }
    }
    beats = told.isEmpty() ? 0 : beats + 1;
    if (beats >= AGAIN_AFTER_BEATS) {
      beats = 0;
      told.clear();
      tell();
    }
  }

  /** What runs here is known: files of runs that are neither alive nor to be told of go. */
  void begin(List<RunId> alive) throws IOException {
    TreeSet<RunId> kept = new TreeSet<>(spool.image().counted().keySet());
    kept.addAll(spool.image().runs().keySet());
    kept.addAll(alive);
    sampler.keepOnly(kept);
  }

  /** The connection is gone. */
  void disconnected() {
    listener = null;
  }

  /** The server has stored what was counted of these runs. */
  void stored(List<RunId> runs) throws IOException {
    beats = 0;
    for (RunId run : runs) {
      told.remove(run);
      if (spool.image().counted().containsKey(run)) {
        spool.append(new SpoolRecord.CountsStored(run));
        sampler.forget(run);
      }
    }
    spool.write();
    tell();
  }

  private void tell() {
    if (listener == null || told.size() >= UNDER_WAY_MAX) {
      return;
    }
    for (RunMetrics each : spool.image().counted().values()) {
      if (told.size() < UNDER_WAY_MAX && told.add(each.run())) {
        listener.send(new AgentMessage.RunMetricsReport(each, sampler.packed(each.run(), 0)));
      }
    }
  }
}
