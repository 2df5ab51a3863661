package org.queqiao.server.logging;

import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Sets the log of the process up: JSON lines on standard error. */
public final class Logging {
  /** Libraries that say more than an operator wants to know. */
  private static final List<String> QUIET =
      List.of("org.flywaydb", "com.zaxxer", "io.netty", "io.vertx");

  /** Held, because the JDK forgets the level of a logger that nobody holds. */
  private static final List<Logger> QUIETENED = QUIET.stream().map(Logger::getLogger).toList();

  private Logging() {}

  /** Replaces whatever the JDK set up. Once, before the first part starts. */
  public static void install() {
    Logger root = Logger.getLogger("");
    for (Handler each : root.getHandlers()) {
      root.removeHandler(each);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setFormatter(new JsonLines());
    console.setLevel(Level.ALL);
    root.addHandler(console);
    root.setLevel(Level.INFO);
    QUIETENED.forEach(each -> each.setLevel(Level.WARNING));
  }
}
