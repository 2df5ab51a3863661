package org.queqiao.agent.launcher;

/** The launcher's answer to a read. */
public sealed interface ReadAnswer {
  /** Part of the file, and its whole size. */
  record Bytes(long fileSize, byte[] bytes) implements ReadAnswer {}

  /** The file could not be read as its user; {@code errno} says why. */
  record Failed(int errno, String reason) implements ReadAnswer {}

  /** The order was not carried out, or not yet. */
  record Refused(String reason) implements ReadAnswer {}
}
