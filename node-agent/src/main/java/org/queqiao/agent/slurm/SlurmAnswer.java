package org.queqiao.agent.slurm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

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

  /** What follows is a number of entries of one form, and before them how many there are. */
  <T> List<T> list(Function<SlurmAnswer, T> entry) {
    int count = bytes.getInt();
    List<T> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(entry.apply(this));
    }
    return entries;
  }
}
