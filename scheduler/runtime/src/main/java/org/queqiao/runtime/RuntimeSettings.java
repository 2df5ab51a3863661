package org.queqiao.runtime;

/**
 * Bounds and intervals of the runtime. Site policy is not here: it is in the log.
 *
 * @param writer who claims the log, for people to read: at most 200 bytes
 * @param inboxCapacity most inputs that wait, in each lane; a full lane refuses with BUSY
 * @param maxBatch most inputs between two syncs
 * @param maxPassesPerStep most planning passes between two syncs
 * @param tickMs how often the machine is told the time, in milliseconds
 * @param snapshotEveryEvents a snapshot is written after so many events
 * @param feedBuffer how many committed facts are kept in memory for feeds that keep up
 */
public record RuntimeSettings(
    String writer,
    int inboxCapacity,
    int maxBatch,
    int maxPassesPerStep,
    long tickMs,
    long snapshotEveryEvents,
    int feedBuffer) {

  /** The settings of a production server. */
  public static final RuntimeSettings DEFAULTS =
      new RuntimeSettings("scheduler", 8192, 1024, 4, 1_000, 200_000, 16_384);

  public RuntimeSettings {
    positive("inboxCapacity", inboxCapacity);
    positive("maxBatch", maxBatch);
    positive("maxPassesPerStep", maxPassesPerStep);
    positive("tickMs", tickMs);
    positive("snapshotEveryEvents", snapshotEveryEvents);
    positive("feedBuffer", feedBuffer);
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }
}
