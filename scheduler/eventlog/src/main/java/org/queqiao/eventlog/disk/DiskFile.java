package org.queqiao.eventlog.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One open file; positional, so several threads may read it at once. */
public interface DiskFile extends Closeable {

  /** Length in bytes. */
  long size() throws IOException;

  /**
   * Reads up to the buffer's remaining bytes.
   *
   * @return bytes read, -1 at the end of the file
   */
  int read(ByteBuffer target, long offset) throws IOException;

  /**
   * Writes up to the buffer's remaining bytes; may write fewer, as the operating system may.
   *
   * @return bytes written
   */
  int write(ByteBuffer source, long offset) throws IOException;

  /** Makes everything written so far durable. */
  void force() throws IOException;

  /** Cuts the file to a length. */
  void truncate(long size) throws IOException;

  /** Fills the buffer as far as the file goes. */
  default void readFully(ByteBuffer target, long offset) throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      int count = read(target, at);
      if (count < 0) {
        return;
      }
      at += count;
    }
  }

  /** Writes all remaining bytes, however many calls that takes. */
  default void writeFully(ByteBuffer source, long offset) throws IOException {
    long at = offset;
    while (source.hasRemaining()) {
      int count = write(source, at);
      if (count <= 0) {
        throw new IOException("the storage accepted no byte");
      }
      at += count;
    }
  }
}
