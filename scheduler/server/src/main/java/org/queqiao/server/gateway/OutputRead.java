package org.queqiao.server.gateway;

/** What came of the wish to read output. */
public sealed interface OutputRead {
  /** A piece of the file, and the size of all of it, in bytes. */
  record Piece(long fileSize, byte[] bytes) implements OutputRead {}

  /** The file is not there (yet). */
  record NotFound() implements OutputRead {}

  /** The user himself may not read it, or it is no regular file. */
  record Refused(String reason) implements OutputRead {}

  /** The node cannot be asked now; worth another try. */
  record Unavailable(String reason) implements OutputRead {}
}
