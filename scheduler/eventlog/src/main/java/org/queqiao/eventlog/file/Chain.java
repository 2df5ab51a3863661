package org.queqiao.eventlog.file;

import org.queqiao.eventlog.LogHead;

/**
 * Where a chain of frames has arrived: what the next frame must agree with.
 *
 * @param position of the last entry
 * @param epoch the last that was claimed
 * @param timeMs of the last entry
 * @param frameHash of the last frame, entry or claim
 * @param entryHash of the last entry
 */
@SuppressWarnings("ArrayRecordComponent")
record Chain(long position, long epoch, long timeMs, byte[] frameHash, byte[] entryHash) {

  /** The start of every log. */
  static Chain genesis() {
    return new Chain(0, 0, 0, new byte[LogHead.HASH_BYTES], new byte[LogHead.HASH_BYTES]);
  }

  Chain after(Frame frame) {
    return new Chain(
        frame.position(),
        frame.epoch(),
        frame.timeMs(),
        frame.hash(),
        frame.claim() ? entryHash : frame.hash());
  }

  LogHead head() {
    return new LogHead(position, epoch, timeMs, entryHash);
  }
}
