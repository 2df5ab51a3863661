package org.queqiao.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;

/**
 * What is kept of a secret: enough to recognise it, not enough to use it. A fast hash is right
 * here, because the secret has 256 random bits and cannot be guessed.
 *
 * @param id public part, 16 hexadecimal digits
 * @param kind what it opens
 * @param name what its owner calls it; may be empty
 * @param sha256 of the whole text, hexadecimal
 * @param createdMs when it was made
 * @param expiresMs from then on it is worth nothing
 */
public record StoredSecret(
    String id, SecretKind kind, String name, String sha256, long createdMs, long expiresMs) {
  public StoredSecret {
    Objects.requireNonNull(id);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(name);
    Objects.requireNonNull(sha256);
  }

  /** Takes the same time whatever the text is. */
  boolean matches(Secret text) {
    return MessageDigest.isEqual(
        sha256.getBytes(StandardCharsets.US_ASCII),
        TokenText.sha256(text).getBytes(StandardCharsets.US_ASCII));
  }

  boolean isLive(long nowMs) {
    return nowMs < expiresMs;
  }

  /** Leaves the hash out: it is of no use in a log. */
  @Override
  public String toString() {
    return kind + ":" + id;
  }
}
