package org.queqiao.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text form of the service's own secrets: {@code qq_<id>_<secret>}. The id finds the record,
 * the secret has 256 random bits, and the prefix lets a scanner of repositories find a leaked one.
 */
final class TokenText {
  /** Any of the service's secrets inside other text. */
  static final Pattern ANYWHERE = Pattern.compile("q[qls]_[0-9a-f]{16}_[A-Za-z0-9_-]{43}");

  private static final Pattern FORM =
      Pattern.compile("(q[qls])_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");
  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private TokenText() {}

  /**
   * A text taken apart.
   *
   * @param prefix says the kind
   * @param id of the record
   */
  record Parts(String prefix, String id) {}

  static String newId() {
    byte[] id = new byte[ID_BYTES];
    RANDOM.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  static Secret newText(SecretKind kind, String id) {
    byte[] secret = new byte[SECRET_BYTES];
    RANDOM.nextBytes(secret);
    String tail = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    return Secret.of(kind.prefix() + "_" + id + "_" + tail);
  }

  static Optional<Parts> parse(Secret text) {
    Matcher matcher = FORM.matcher(text.reveal());
    return matcher.matches()
        ? Optional.of(new Parts(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  static String sha256(Secret text) {
    return HexFormat.of().formatHex(sha256(text.reveal()));
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
