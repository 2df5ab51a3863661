package org.queqiao.agent.slurm;

import java.io.IOException;
import org.queqiao.agent.AgentLog;

/** The agent in the role of a bridge to a cluster under Slurm. */
public final class BridgeMain {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private BridgeMain() {}

  /** Runs until the process is ended; exit code 2 for wrong usage, 1 when it cannot go on. */
  public static void main(String[] arguments) {
    BridgeOptions options;
    try {
      options = BridgeOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("BridgeMain: " + e.getMessage());
      System.err.print(BridgeOptions.USAGE);
      System.exit(USAGE);
      return;
    }
    try (Bridge bridge = new Bridge(options)) {
      bridge.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      AgentLog.warn("the bridge ends: " + e.getMessage());
      System.exit(FAILED);
    }
  }
}
