package org.queqiao.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Salted hashes of passwords: Argon2id (RFC 9106) with 19 MiB, two passes and one lane, in the
 * usual text form that names its own parameters, so that later hashes may cost more.
 */
final class PasswordHash {
  static final int MEMORY_KIB = 19_456;
  static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int MAX_MEMORY_KIB = 1 << 20;
  private static final int MAX_PASSES = 64;
  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]?),p=1"
              + "\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})");
  private static final SecureRandom RANDOM = new SecureRandom();

  private PasswordHash() {}

  /**
   * A fresh hash. Takes some ten milliseconds and {@value #MEMORY_KIB} KiB: never on an event loop.
   */
  static String of(Secret password) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    byte[] hash = compute(password, salt, MEMORY_KIB, PASSES);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            MEMORY_KIB, PASSES, LANES, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  /** Whether the password is the one behind the hash. */
  static boolean matches(Secret password, String stored) {
    Matcher form = FORM.matcher(stored);
    if (!form.matches()) {
      throw new IllegalStateException("a stored password hash has an unknown form");
    }
    int memoryKib = Integer.parseInt(form.group(1));
    int passes = Integer.parseInt(form.group(2));
    if (memoryKib > MAX_MEMORY_KIB || passes > MAX_PASSES) {
      throw new IllegalStateException("a stored password hash asks for more than it may cost");
    }
    byte[] salt = Base64.getDecoder().decode(form.group(3));
    byte[] expected = Base64.getDecoder().decode(form.group(4));
    return MessageDigest.isEqual(expected, compute(password, salt, memoryKib, passes));
  }

  private static byte[] compute(Secret password, byte[] salt, int memoryKib, int passes) {
    Argon2Parameters parameters =
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(LANES)
            .withSalt(salt)
            .build();
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] hash = new byte[HASH_BYTES];
    generator.generateBytes(
        Normalizer.normalize(password.reveal(), Normalizer.Form.NFKC)
            .getBytes(StandardCharsets.UTF_8),
        hash);
    return hash;
  }
}
