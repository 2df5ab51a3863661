package org.queqiao.planted.eventlog.file;

import org.queqiao.planted.eventlog.memory.First;

/** The other half of a cycle. */
public final class Second {
  First first;
}
