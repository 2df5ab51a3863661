package org.queqiao.agent;

import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.agent.launcher.ExitSpool;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.agent.spool.Spool;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.RunMetrics;

/**
 * What was counted of runs, from their exit records to the server. It is in the agent's spool
 * before the launcher forgets a run, and leaves it once the server says that it is stored.
 */
final class Tally {
  /** Of how many runs the counters are sent before the first of them is known to be stored. */
  private static final int UNDER_WAY_MAX = 64;

  private static final int AGAIN_AFTER_BEATS = 6;

  private final Spool spool;
  private final ExitSpool exits;
  private final TreeSet<RunId> told = new TreeSet<>();
  private ServerConnection listener;
  private int beats;

  Tally(Spool spool, ExitSpool exits) {
    this.spool = spool;
    this.exits = exits;
  }

  /** The end of a run is about to be written as acknowledged, after which its record may go. */
  void acknowledged(RunId run) throws IOException {
    RunMetrics metrics = exits.counters(run).filter(m -> !m.totals().isEmpty()).orElse(null);
    if (metrics != null && !spool.image().counted().containsKey(run)) {
      spool.append(new SpoolRecord.Counted(metrics));
      tell();
    }
  }

  /** A connection has begun; null when its server does not understand counters. */
  void connected(ServerConnection connection) {
    listener = connection;
    told.clear();
    tell();
  }

  /** Some seconds have passed: what was not stored within a while is told again. */
  void beat() {
    beats = told.isEmpty() ? 0 : beats + 1;
    if (beats >= AGAIN_AFTER_BEATS) {
      beats = 0;
      told.clear();
      tell();
    }
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
        listener.send(new AgentMessage.RunMetricsReport(each));
      }
    }
  }
}
