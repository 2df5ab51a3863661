package org.queqiao.simulator.replay;

import java.io.Serial;

/** A command that cannot be carried out as it stands: says what is wrong and what to do. */
final class BadCommand extends Exception {
  @Serial private static final long serialVersionUID = 1;

  BadCommand(String message) {
    super(message);
  }
}
