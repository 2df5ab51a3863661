package org.queqiao.accounting.witness;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;

/**
 * The statements of a closed month, signed. Whoever keeps one sees every later change of them.
 *
 * @param month {@code YYYY-MM}
 * @param statements how many have a number
 * @param sha256 over all of them, in hexadecimal
 * @param position of the fact that closed the month
 * @param seq the last posting then
 * @param hash of that posting, in hexadecimal
 * @param timeMs logical time of the position
 * @param signature Ed25519 over the others, in hexadecimal
 */
public record SignedMonth(
    String month,
    int statements,
    String sha256,
    long position,
    long seq,
    String hash,
    long timeMs,
    String signature) {
  private static final String ALGORITHM = "Ed25519";
  private static final String DOMAIN = "queqiao closed month 1\n";
  private static final int PARTS = 8;

  /** The same, signed with a key. */
  SignedMonth sign(PrivateKey key) {
    try {
      Signature sign = Signature.getInstance(ALGORITHM);
      sign.initSign(key);
      sign.update(bytes());
      return new SignedMonth(
          month,
          statements,
          sha256,
          position,
          seq,
          hash,
          timeMs,
          HexFormat.of().formatHex(sign.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a month cannot be signed", e);
    }
  }

  /** Whether this key signed it. */
  public boolean isSignedBy(PublicKey key) {
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(key);
      check.update(bytes());
      return check.verify(HexFormat.of().parseHex(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether it says the same of the same month. */
  public boolean says(SignedMonth other) {
    return text().equals(other.text());
  }

  private String text() {
    return month
        + " "
        + statements
        + " "
        + sha256
        + " "
        + position
        + " "
        + seq
        + " "
        + hash
        + " "
        + timeMs;
  }

  private byte[] bytes() {
    return (DOMAIN + text()).getBytes(StandardCharsets.US_ASCII);
  }

  /** One line, without its end. */
  String line() {
    return text() + " " + signature;
  }

  /**
   * Reads a line back.
   *
   * @throws IllegalArgumentException for anything else
   */
  static SignedMonth parse(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("a month has " + PARTS + " parts");
    }
    int i = 0;
    return new SignedMonth(
        parts[i++],
        Integer.parseInt(parts[i++]),
        parts[i++],
        Long.parseLong(parts[i++]),
        Long.parseLong(parts[i++]),
        parts[i++],
        Long.parseLong(parts[i++]),
        parts[i]);
  }
}
