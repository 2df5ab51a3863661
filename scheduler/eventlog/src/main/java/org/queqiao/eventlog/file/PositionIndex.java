package org.queqiao.eventlog.file;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Where to start reading for a position: the start of each segment and one frame per mebibyte, so
 * that a cursor skips at most that much. Written by the writer, read by all.
 */
final class PositionIndex {
  private static final long DISTANCE_BYTES = 1024 * 1024;

  private final ConcurrentSkipListMap<Long, Place> places = new ConcurrentSkipListMap<>();
  private long lastSegment;
  private long lastOffset;

  /** A segment begins; its first entry will have this position. */
  void segmentStarts(long segment, long firstPosition) {
    put(firstPosition, segment, SegmentHeader.BYTES);
  }

  /** An entry's frame starts at that offset. */
  void entryStarts(long segment, long offset, long position) {
    if (segment != lastSegment || offset - lastOffset >= DISTANCE_BYTES) {
      put(position, segment, offset);
    }
  }

  /** The last known place at or before a position. */
  Place startFor(long position) {
    Map.Entry<Long, Place> found = places.floorEntry(position);
    return found == null ? new Place(1, SegmentHeader.BYTES) : found.getValue();
  }

  private void put(long position, long segment, long offset) {
    places.put(position, new Place(segment, offset));
    lastSegment = segment;
    lastOffset = offset;
  }

  /** An offset in a segment. */
  record Place(long segment, long offset) {}
}
