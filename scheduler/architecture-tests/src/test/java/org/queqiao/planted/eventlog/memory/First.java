package org.queqiao.planted.eventlog.memory;

import org.queqiao.planted.eventlog.file.Second;

/** One half of a cycle. */
public final class First {
  Second second;
}
