package org.queqiao.eventlog.file;

import java.util.List;
import java.util.Optional;
import org.queqiao.eventlog.LogHead;

/**
 * What a scan of a whole log found.
 *
 * @param segments in order, as far as they are good
 * @param head the last good entry
 * @param tornTail bytes at the end of the last segment that were never durable
 * @param damage what was durable and is not whole; the scan stopped there
 * @param markDamages damaged slots of the durable mark
 */
public record ScanResult(
    List<SegmentFacts> segments,
    LogHead head,
    Optional<TornTail> tornTail,
    Optional<Damage> damage,
    List<Damage> markDamages) {

  /**
   * One segment.
   *
   * @param number from 1
   * @param file as a person finds it
   * @param fileBytes length of the file
   * @param goodBytes of it, header included
   * @param firstPosition the position that its first entry has or would have
   * @param lastPosition of its last entry; one less than the first when it has none
   * @param firstEpoch at its start
   * @param lastEpoch at its end
   * @param firstTimeMs of its first entry; 0 when it has none
   * @param lastTimeMs of its last entry; 0 when it has none
   */
  public record SegmentFacts(
      long number,
      String file,
      long fileBytes,
      long goodBytes,
      long firstPosition,
      long lastPosition,
      long firstEpoch,
      long lastEpoch,
      long firstTimeMs,
      long lastTimeMs) {}

  /**
   * Bytes to be cut.
   *
   * @param file as a person finds it
   * @param byteOffset of the first byte to go
   * @param bytes how many
   * @param problem what is wrong with them
   */
  public record TornTail(String file, long byteOffset, long bytes, String problem) {}
}
