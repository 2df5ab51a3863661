package org.queqiao.agent.standin;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.RunMetrics;

/** What runs used that the server has not stored yet. */
final class UntoldCounts {
  private static final int KEPT_MAX = 10_000;
  private static final int UNDER_WAY_MAX = 64;

  /** After so many heartbeats without an answer all is told again. */
  private static final int AGAIN_AFTER_BEATS = 6;

  private static final byte[] NO_SERIES = {};

  private final TreeMap<RunId, RunMetrics> kept = new TreeMap<>();
  private final TreeSet<RunId> told = new TreeSet<>();
  private ServerConnection server;
  private int beats;

  /** A server that understands it listens now; or null. */
  void connected(ServerConnection connection) {
    server = connection;
    told.clear();
    tell();
  }

  void add(RunMetrics metrics) {
    kept.put(metrics.run(), metrics);
    if (kept.size() > KEPT_MAX) {
      kept.pollFirstEntry();
    }
    tell();
  }

  void stored(List<RunId> runs) {
    beats = 0;
    runs.forEach(run -> {
      kept.remove(run);
      told.remove(run);
    });
    tell();
  }

  void beat() {
    if (!told.isEmpty() && ++beats >= AGAIN_AFTER_BEATS) {
      beats = 0;
      told.clear();
      tell();
    }
  }

  private void tell() {
    if (server == null) {
      return;
    }
    for (RunMetrics each : kept.values()) {
      if (told.size() < UNDER_WAY_MAX && told.add(each.run())) {
        server.send(new AgentMessage.RunMetricsReport(each, NO_SERIES));
      }
    }
  }
}
