package org.queqiao.core.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Feeds values to SHA-256 in one unambiguous form: numbers as 8 bytes, big-endian; text and bytes
 * with their length in front; lists with their count; what may be absent with a flag.
 */
final class CanonicalWriter {
  private final MessageDigest sha256 = newSha256();
  private final byte[] buffer = new byte[8192];
  private int used;

  /** The hash of bytes as they are; nothing may have been written before. */
  byte[] hashOf(byte[] bytes) {
    return sha256.digest(bytes);
  }

  /** The hash of variables; nothing may have been written before. */
  byte[] hashOf(SortedMap<String, String> variables) {
    number(variables.size());
    for (Map.Entry<String, String> each : variables.entrySet()) {
      text(each.getKey()).text(each.getValue());
    }
    return hash();
  }

  CanonicalWriter number(long value) {
    if (buffer.length - used < Long.BYTES) {
      flush();
    }
    // Not as a loop: so the compiler makes one store of it.
    buffer[used] = (byte) (value >> 56);
    buffer[used + 1] = (byte) (value >> 48);
    buffer[used + 2] = (byte) (value >> 40);
    buffer[used + 3] = (byte) (value >> 32);
    buffer[used + 4] = (byte) (value >> 24);
    buffer[used + 5] = (byte) (value >> 16);
    buffer[used + 6] = (byte) (value >> 8);
    buffer[used + 7] = (byte) value;
    used += Long.BYTES;
    return this;
  }

  CanonicalWriter flag(boolean value) {
    return number(value ? 1 : 0);
  }

  CanonicalWriter bytes(byte[] value) {
    number(value.length);
    if (value.length > buffer.length - used) {
      flush();
    }
    if (value.length > buffer.length) {
      sha256.update(value);
    } else {
      System.arraycopy(value, 0, buffer, used, value.length);
      used += value.length;
    }
    return this;
  }

  CanonicalWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  <T> CanonicalWriter list(List<T> values, Consumer<T> each) {
    number(values.size());
    values.forEach(each);
    return this;
  }

  <T> CanonicalWriter optional(T value, Consumer<T> writer) {
    flag(value != null);
    if (value != null) {
      writer.accept(value);
    }
    return this;
  }

  byte[] hash() {
    flush();
    return sha256.digest();
  }

  private void flush() {
    sha256.update(buffer, 0, used);
    used = 0;
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
