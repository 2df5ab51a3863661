package org.queqiao.agent;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes what an operator needs to know, a line each, without control characters. */
public final class AgentLog {
  private static final PrintStream OUT = System.err;

  private AgentLog() {}

  public static void info(String message) {
    write("INFO", message);
  }

  public static void warn(String message) {
    write("WARN", message);
  }

  private static void write(String level, String message) {
    StringBuilder line = new StringBuilder(message.length() + 40);
    line.append(Instant.now().truncatedTo(ChronoUnit.MILLIS)).append(' ').append(level).append(' ');
    message.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    OUT.println(line);
  }
}
