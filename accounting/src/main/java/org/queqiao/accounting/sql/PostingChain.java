package org.queqiao.accounting.sql;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.queqiao.accounting.ledger.Posting;

/** Each posting's hash is SHA-256 over the hash before it and all of its own fields. */
final class PostingChain {
  static final byte[] START = new byte[32];

  private PostingChain() {}

  static byte[] next(byte[] before, long seq, Posting posting) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(before);
      out.writeLong(seq);
      for (String text :
          new String[] {
            posting.id(),
            posting.transaction(),
            posting.account(),
            posting.unit().name(),
            posting.currency()
          }) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
      out.writeLong(posting.amount());
      out.writeLong(posting.run() == null ? 0 : posting.run().job().value());
      out.writeInt(posting.run() == null ? 0 : posting.run().attempt());
      out.writeLong(posting.position());
      out.writeLong(posting.timeMs());
      return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
