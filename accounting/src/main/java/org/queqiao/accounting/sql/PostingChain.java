package org.queqiao.accounting.sql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.queqiao.accounting.ledger.Posting;

/**
 * Each posting's hash is SHA-256 over the hash before it and all of its own fields. For one thread.
 */
final class PostingChain {
  static final byte[] START = new byte[32];

  private final MessageDigest digest;
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  PostingChain() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  byte[] next(byte[] before, long seq, Posting posting) {
    digest.update(before);
    add(seq);
    add(posting.id());
    add(posting.transaction());
    add(posting.account());
    add(posting.unit().name());
    add(posting.currency());
    add(posting.amount());
    add(posting.run() == null ? 0 : posting.run().job().value());
    add(posting.run() == null ? 0 : posting.run().attempt());
    add(posting.position());
    add(posting.timeMs());
    return digest.digest();
  }

  private void add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    add(utf8.length);
    digest.update(utf8);
  }

  private void add(int value) {
    digest.update(number.clear().putInt(value).array(), 0, Integer.BYTES);
  }

  private void add(long value) {
    digest.update(number.clear().putLong(value).array());
  }
}
