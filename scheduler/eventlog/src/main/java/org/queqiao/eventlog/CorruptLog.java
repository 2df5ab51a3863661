package org.queqiao.eventlog;

/**
 * Something that was durable is damaged or missing: the log refuses to start rather than go on
 * without it. A person restores the named file from a standby or a backup.
 */
public final class CorruptLog extends LogException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long byteOffset;

  /**
   * @param file the damaged file
   * @param byteOffset where the damage is, from 0
   * @param problem what is wrong there
   */
  public CorruptLog(String file, long byteOffset, String problem) {
    super(file + " is damaged at byte offset " + byteOffset + ": " + problem);
    this.file = file;
    this.byteOffset = byteOffset;
  }

  /** The damaged file. */
  public String file() {
    return file;
  }

  /** Where the damage is, in bytes from the start of the file. */
  public long byteOffset() {
    return byteOffset;
  }
}
