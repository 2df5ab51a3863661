package org.queqiao.server;

import java.util.concurrent.CountDownLatch;
import org.queqiao.eventlog.LogException;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.runtime.recovery.RecoveryException;
import org.queqiao.server.boot.Options;
import org.queqiao.server.boot.Server;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.config.ServerConfig;
import org.queqiao.server.logging.Logging;

/** The server process: starts all parts, serves until it is told to end, and closes them. */
public final class Main {
  private static final int CANNOT_START = 1;

  private Main() {}

  public static void main(String[] arguments) {
    Logging.install();
    CountDownLatch ended = new CountDownLatch(1);
    try {
      Options options = Options.parse(arguments);
      if (!ServerConfig.listensOnIpv6(options.config())) {
        // Else 0.0.0.0 would be all addresses of IPv6 too.
        System.setProperty("java.net.preferIPv4Stack", "true");
      }
      Server server = Server.start(options, FaultHandler.haltProcess());
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    ended.countDown();
                  },
                  "shutdown"));
      ended.await();
    } catch (ConfigException | LogException | RecoveryException e) {
      System.err.println("queqiao: the server cannot start: " + e.getMessage());
      Runtime.getRuntime().halt(CANNOT_START);
    } catch (Exception e) {
      System.err.println("queqiao: the server cannot start: " + e.getMessage());
      e.printStackTrace();
      Runtime.getRuntime().halt(CANNOT_START);
    }
  }
}
