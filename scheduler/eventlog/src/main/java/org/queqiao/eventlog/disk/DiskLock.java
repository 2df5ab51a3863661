package org.queqiao.eventlog.disk;

import java.io.Closeable;

/** A lock that one holder has. */
public interface DiskLock extends Closeable {

  /** False once the lock was taken away from its holder. */
  boolean isHeld();

  /** Gives the lock back; never fails. */
  @Override
  void close();
}
