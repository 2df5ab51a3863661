package org.queqiao.agent.slurm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An answer of the shim, read from its beginning to its end. */
final class SlurmAnswer {
  /** What Slurm writes where there is no number. */
  static final long NO_VALUE = 0xfffffffeL;

  private final ByteBuffer bytes;

  SlurmAnswer(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  long u32() {
    return Integer.toUnsignedLong(bytes.getInt());
  }

  long i64() {
    return bytes.getLong();
  }

  String text() {
    int length = bytes.getInt();
    String text = new String(bytes.array(), bytes.position(), length, StandardCharsets.UTF_8);
    bytes.position(bytes.position() + length);
    return text;
  }

  /** How many of a list follow. */
  int count() {
    return bytes.getInt();
  }
}
