package org.queqiao.server.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Everything that anything logs, at every level, while it is open. */
public final class CapturedLog extends Handler implements AutoCloseable {
  private final Logger root = Logger.getLogger("");
  private final Level before = root.getLevel();
  private final List<String> lines = new ArrayList<>();
  private final SimpleFormatter formatter = new SimpleFormatter();

  private CapturedLog() {}

  public static CapturedLog open() {
    CapturedLog log = new CapturedLog();
    log.setLevel(Level.ALL);
    log.root.addHandler(log);
    log.root.setLevel(Level.ALL);
    return log;
  }

  @Override
  public synchronized void publish(LogRecord entry) {
    lines.add(formatter.format(entry));
  }

  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void flush() {
    // Nothing is buffered.
  }

  @Override
  public void close() {
    root.removeHandler(this);
    root.setLevel(before);
  }
}
