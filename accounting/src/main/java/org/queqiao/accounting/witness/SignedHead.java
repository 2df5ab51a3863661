package org.queqiao.accounting.witness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;

/**
 * What the chain of postings ended with at a moment, signed. Whoever keeps one sees every later
 * change of what stands before it.
 *
 * @param position of the log that was taken in
 * @param seq the last posting
 * @param hash the hash of that posting, in hexadecimal
 * @param timeMs logical time of the position
 * @param signature Ed25519 over the others, in hexadecimal
 */
public record SignedHead(long position, long seq, String hash, long timeMs, String signature) {
  private static final String ALGORITHM = "Ed25519";
  private static final byte[] DOMAIN =
      "queqiao ledger head 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int PARTS = 5;

  /** Signs a head. */
  static SignedHead sign(long position, long seq, String hash, long timeMs, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(bytes(position, seq, hash, timeMs));
      return new SignedHead(
          position, seq, hash, timeMs, HexFormat.of().formatHex(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a head cannot be signed", e);
    }
  }

  /** Whether this key signed it. */
  public boolean isSignedBy(PublicKey key) {
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(key);
      check.update(bytes(position, seq, hash, timeMs));
      return check.verify(HexFormat.of().parseHex(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static byte[] bytes(long position, long seq, String hash, long timeMs) {
    byte[] text = hash.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(DOMAIN.length + 3 * Long.BYTES + text.length)
        .put(DOMAIN)
        .putLong(position)
        .putLong(seq)
        .putLong(timeMs)
        .put(text)
        .array();
  }

  /** One line, without its end. */
  String line() {
    return position + " " + seq + " " + hash + " " + timeMs + " " + signature;
  }

  /**
   * Reads a line back.
   *
   * @throws IllegalArgumentException for anything else
   */
  static SignedHead parse(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("a head has " + PARTS + " parts");
    }
    return new SignedHead(
        Long.parseLong(parts[0]),
        Long.parseLong(parts[1]),
        parts[2],
        Long.parseLong(parts[3]),
        parts[4]);
  }
}
