package org.queqiao.agent.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.standin.StandIn;
import org.queqiao.agent.standin.StandIns;
import org.queqiao.contract.id.NodeName;

/**
 * Thousands of fake nodes in one process: a light thread reads for each, a few timers beat all
 * hearts and end all runs.
 */
public final class FleetMain {
  private static final int REFUSED = 1;
  private static final int USAGE = 2;
  private static final int TIMERS = 2;
  private static final long REPORT_S = 10;

  private final FleetOptions options;
  private final StandIns connections;
  private final ScheduledExecutorService timers =
      Executors.newScheduledThreadPool(
          TIMERS, Thread.ofPlatform().name("fleet-timer-", 0).daemon().factory());

  private FleetMain(FleetOptions options) throws IOException {
    this.options = options;
    this.connections = new StandIns(options.data(), options.heartbeatMs(), false);
  }

  /** Runs until the process is ended; exit code 2 for wrong usage, 1 when it cannot go on. */
  public static void main(String[] arguments) {
    FleetOptions options;
    try {
      options = FleetOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("FleetMain: " + e.getMessage());
      System.err.print(FleetOptions.USAGE);
      System.exit(USAGE);
      return;
    }
    try {
      new FleetMain(options).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | IllegalArgumentException e) {
      AgentLog.warn("the fleet ends: " + e.getMessage());
      System.exit(REFUSED);
    }
  }

  private void run() throws InterruptedException {
    List<StandIn> nodes = new ArrayList<>(options.nodes());
    for (int i = 1; i <= options.nodes(); i++) {
      StandIn node =
          FakeNode.of(new NodeName(String.format("%s%05d", options.prefix(), i)), options, timers);
      nodes.add(node);
      connections.keep(node, () -> true);
      // Hearts of a fleet do not beat in step.
      long offsetMs = (long) options.heartbeatMs() * i / options.nodes();
      timers.scheduleAtFixedRate(
          node::beat, offsetMs, options.heartbeatMs(), TimeUnit.MILLISECONDS);
    }
    long said = -1;
    while (true) {
      long welcomed = nodes.stream().filter(StandIn::isWelcomed).count();
      if (welcomed != said) {
        said = welcomed;
        AgentLog.info(welcomed + " of " + nodes.size() + " nodes are connected");
      }
      TimeUnit.SECONDS.sleep(REPORT_S);
    }
  }
}
