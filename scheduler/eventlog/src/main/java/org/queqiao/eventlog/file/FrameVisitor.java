package org.queqiao.eventlog.file;

import java.io.IOException;

/** Sees every good frame of a scan in order. */
@FunctionalInterface
public interface FrameVisitor {
  /** A frame that passed every check, in the segment of that number. */
  void frame(long segment, Frame frame) throws IOException;
}
