package org.queqiao.core.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

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
    LONG.set(buffer, used, value);
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
