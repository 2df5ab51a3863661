package org.queqiao.simulator.swf;

import java.io.Serial;

/** A workload log that cannot be read: says which line, what is wrong and what is expected. */
public final class BadLog extends Exception {
  @Serial private static final long serialVersionUID = 1;

  public BadLog(String message) {
    super(message);
  }
}
