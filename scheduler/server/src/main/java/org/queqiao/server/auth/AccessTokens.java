package org.queqiao.server.auth;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.id.UserName;

/**
 * Makes and checks access tokens: JSON Web Tokens of one shape, after RFC 8725 and RFC 9068.
 *
 * <p>The header is compared with the text that the key's tokens have; the signature is checked
 * before the claims are read; every claim must be there, and no other.
 */
public final class AccessTokens {
  /** Who makes tokens. */
  static final String ISSUER = "queqiao";

  /** What they are for: the interface of users, not that of agents. */
  static final String AUDIENCE = "queqiao-api";

  /** No token lives longer, whatever it says. */
  static final long MAX_LIFE_MS = 3_600_000;

  /** By how much the clocks of two servers may differ. */
  static final long LEEWAY_MS = 60_000;

  /** Longer ones are not looked at. */
  static final int MAX_LENGTH = 2048;

  private static final long MS_PER_S = 1000;
  private static final int SIGNATURE_BYTES = 64;
  private static final int CLAIMS = 8;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final SigningKeys keys;
  private final InstantSource clock;

  public AccessTokens(SigningKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * What a valid token says. Times are whole seconds in the token.
   *
   * @param user {@code sub}
   * @param session {@code sid}
   * @param notBeforeMs {@code nbf}
   * @param expiresMs {@code exp}
   */
  record Claims(UserName user, String session, long notBeforeMs, long expiresMs) {
    /** Whether the token counts now; the clock may be a little off. */
    boolean isLive(long nowMs) {
      return notBeforeMs <= nowMs + LEEWAY_MS && nowMs < expiresMs + LEEWAY_MS;
    }
  }

  /**
   * A new token.
   *
   * @param text the token
   * @param expiresMs when it ends
   */
  record Made(Secret text, long expiresMs) {}

  Made make(UserName user, String session, long lifeMs) {
    long issuedS = clock.millis() / MS_PER_S;
    long expiresS = issuedS + lifeMs / MS_PER_S;
    Map<String, Object> claims = new TreeMap<>();
    claims.put("iss", ISSUER);
    claims.put("aud", AUDIENCE);
    claims.put("sub", user.value());
    claims.put("sid", session);
    claims.put("iat", issuedS);
    claims.put("nbf", issuedS);
    claims.put("exp", expiresS);
    claims.put("jti", TokenText.newId());
    SigningKeys.Key key = keys.current();
    String signed = key.header() + "." + ENCODER.encodeToString(StrictJson.write(claims));
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key.signs());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      String text = signed + "." + ENCODER.encodeToString(signature.sign());
      return new Made(Secret.of(text), expiresS * MS_PER_S);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key was made for this algorithm", e);
    }
  }

  /** What the token says, if this service made it and it counts now. */
  Optional<Claims> verify(Secret token) {
    if (token.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    String[] parts = token.reveal().split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    return keys.byHeader(parts[0])
        .filter(key -> signatureIsRight(key, parts[0] + "." + parts[1], parts[2]))
        .flatMap(key -> decode(parts[1]))
        .flatMap(this::claims);
  }

  /**
   * Whether checking this text would cost a signature check: only then is it worth counting against
   * its sender.
   */
  boolean looksLikeOurs(Secret token) {
    int dot = token.reveal().indexOf('.');
    return dot > 0
        && token.length() <= MAX_LENGTH
        && keys.byHeader(token.reveal().substring(0, dot)).isPresent();
  }

  private static boolean signatureIsRight(SigningKeys.Key key, String signed, String encoded) {
    Optional<byte[]> bytes = decode(encoded).filter(found -> found.length == SIGNATURE_BYTES);
    if (bytes.isEmpty()) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(key.verifies());
      signature.update(signed.getBytes(StandardCharsets.UTF_8));
      return signature.verify(bytes.get());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Only the one canonical spelling: one token has one text. */
  private static Optional<byte[]> decode(String text) {
    try {
      byte[] bytes = DECODER.decode(text);
      return ENCODER.encodeToString(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<Claims> claims(byte[] payload) {
    JsonNode said;
    try {
      said = StrictJson.read(payload, JsonNode.class);
    } catch (IOException e) {
      return Optional.empty();
    }
    boolean complete =
        said != null
            && said.isObject()
            && said.size() == CLAIMS
            && said.path("iss").isTextual()
            && said.path("aud").isTextual()
            && said.path("sub").isTextual()
            && said.path("sid").isTextual()
            && said.path("jti").isTextual()
            && isTime(said.path("iat"))
            && isTime(said.path("nbf"))
            && isTime(said.path("exp"));
    if (!complete
        || !said.get("iss").textValue().equals(ISSUER)
        || !said.get("aud").textValue().equals(AUDIENCE)
        || !UserName.FORM.matcher(said.get("sub").textValue()).matches()) {
      return Optional.empty();
    }
    long nowMs = clock.millis();
    long issuedMs = said.get("iat").longValue() * MS_PER_S;
    Claims claims =
        new Claims(
            new UserName(said.get("sub").textValue()),
            said.get("sid").textValue(),
            said.get("nbf").longValue() * MS_PER_S,
            said.get("exp").longValue() * MS_PER_S);
    boolean sane =
        issuedMs <= nowMs + LEEWAY_MS
            && claims.notBeforeMs() >= issuedMs
            && claims.expiresMs() > claims.notBeforeMs()
            && claims.expiresMs() - issuedMs <= MAX_LIFE_MS;
    return sane && claims.isLive(nowMs) ? Optional.of(claims) : Optional.empty();
  }

  /** Whole seconds within the next ten thousand years, so that no sum overflows. */
  private static boolean isTime(JsonNode node) {
    return node.isIntegralNumber()
        && node.canConvertToLong()
        && node.longValue() >= 0
        && node.longValue() <= 400_000_000_000L;
  }
}
