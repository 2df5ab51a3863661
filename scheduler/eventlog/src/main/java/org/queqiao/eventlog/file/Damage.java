package org.queqiao.eventlog.file;

import org.queqiao.eventlog.CorruptLog;

/**
 * Something wrong in a file.
 *
 * @param file the file as a person finds it
 * @param byteOffset the flipped byte where a single bit explains the damage, else the first byte of
 *     the damaged piece
 * @param problem what is wrong
 */
public record Damage(String file, long byteOffset, String problem) {

  /** As a refusal. */
  public CorruptLog asCorruptLog() {
    return new CorruptLog(file, byteOffset, problem);
  }

  @Override
  public String toString() {
    return file + " at byte offset " + byteOffset + ": " + problem;
  }
}
