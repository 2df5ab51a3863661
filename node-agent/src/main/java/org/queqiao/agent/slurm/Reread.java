package org.queqiao.agent.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import org.queqiao.agent.AgentLog;

/**
 * From when on the history is read again, because what was told may be told otherwise now. As a
 * rule that is some time before the end of what is known. After slurmdbd was away the end of what
 * is known leaps, and what it leapt over is read again for as long as anything else is; also by a
 * bridge that was started anew meanwhile, from a file. When the clock of slurmctld was set back,
 * what ends by it now lies before the end of what is known, and is read too.
 */
final class Reread {
  /** So many moments are remembered at most. */
  private static final int STEPS = 64;

  private final long overlapMs;
  private final Path file;
  private final ArrayDeque<Look> looks = new ArrayDeque<>();

  /** A look, and how far the history was known before it. */
  private record Look(long atMs, long completeMs) {}

  /**
   * Everything is read for so long.
   *
   * @param file keeps the looks over a new start, with the time of the wall
   * @param nowMs by a clock that only goes forward
   * @param wallMs the time of the wall
   */
  Reread(long overlapMs, Path file, long nowMs, long wallMs) {
    this.overlapMs = overlapMs;
    this.file = file;
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          String[] look = line.split(" ");
          long agoMs = Math.max(0, wallMs - Long.parseLong(look[0]));
          looks.addLast(new Look(nowMs - agoMs, Long.parseLong(look[1])));
        }
      }
    } catch (IOException | RuntimeException e) {
      looks.clear();
      AgentLog.warn(file + " cannot be read: " + e.getMessage());
    }
  }

  /** Nothing of before counts any more. */
  void begin() {
    looks.clear();
  }

  /**
   * Where the next look begins.
   *
   * @param nowMs by a clock that only goes forward
   * @param wallMs the time of the wall
   * @param completeMs so far the history is known
   * @param theirMs what the clock of slurmctld says
   */
  long fromMs(long nowMs, long wallMs, long completeMs, long theirMs) {
    while (!looks.isEmpty() && looks.getFirst().atMs() < nowMs - overlapMs) {
      looks.removeFirst();
    }
    if (looks.isEmpty() || nowMs - looks.getLast().atMs() > overlapMs / STEPS) {
      looks.addLast(new Look(nowMs, completeMs));
      keep(wallMs - nowMs);
    }
    long knownMs = Math.min(completeMs, theirMs);
    return Math.max(0, Math.min(knownMs - overlapMs, looks.getFirst().completeMs()));
  }

  /** Without the file a bridge that is started anew reads what is within the overlap. */
  private void keep(long toWallMs) {
    StringBuilder text = new StringBuilder();
    for (Look each : looks) {
      text.append(each.atMs() + toWallMs).append(' ').append(each.completeMs()).append('\n');
    }
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.writeString(next, text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      AgentLog.warn(file + " cannot be written: " + e.getMessage());
    }
  }
}
