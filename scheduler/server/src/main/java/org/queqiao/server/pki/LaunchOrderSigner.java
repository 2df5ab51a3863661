package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OrderHeader;
import org.queqiao.contract.launch.ReadOrder;
import org.queqiao.contract.launch.StepOrder;
import org.queqiao.server.host.WholeFile;

/**
 * Signs orders for launchers with the one Ed25519 key of this cluster. Any thread may sign. The
 * arithmetic is Bouncy Castle's, which keeps the multiples of the base point: a signature takes it
 * a fraction of what it takes the JDK.
 */
public final class LaunchOrderSigner {
  /** How long a launch order is good. */
  public static final Duration LIFE = Duration.ofMinutes(20);

  /** How long a read order is good: it is carried out at once or not at all. */
  static final Duration READ_LIFE = Duration.ofMinutes(2);

  private static final int RAW_KEY_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Ed25519PrivateKeyParameters key;
  private final byte[] publicKey;
  private final LongSupplier wallMs;

  private LaunchOrderSigner(
      Ed25519PrivateKeyParameters key, byte[] publicKey, LongSupplier wallMs) {
    this.key = key;
    this.publicKey = publicKey;
    this.wallMs = wallMs;
  }

  /** Reads the key, or makes it: PKCS #8 in DER, beside it the public key in raw form. */
  static LaunchOrderSigner open(Path file, LongSupplier wallMs)
      throws IOException, GeneralSecurityException {
    Path publicFile = file.resolveSibling(file.getFileName() + ".pub");
    // The public half is written last: without it, a crash came in between.
    if (!Files.exists(publicFile)) {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      WholeFile.replace(file, pair.getPrivate().getEncoded(), WholeFile.OWNER_ONLY);
      WholeFile.replace(publicFile, raw(pair.getPublic()), WholeFile.WORLD_READABLE);
    }
    EdECPrivateKey key =
        (EdECPrivateKey)
            KeyFactory.getInstance("Ed25519")
                .generatePrivate(new PKCS8EncodedKeySpec(WholeFile.readSecret(file)));
    return new LaunchOrderSigner(
        new Ed25519PrivateKeyParameters(key.getBytes().orElseThrow()),
        Files.readAllBytes(publicFile),
        wallMs);
  }

  /** What launchers verify with: 32 bytes. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** A header with a new nonce and an end. */
  OrderHeader header(
      OrderHeader.Type type,
      RunId run,
      int uid,
      long epoch,
      long memBytes,
      int pidsMax,
      int graceMs) {
    byte[] nonce = new byte[OrderHeader.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    Duration life =
        switch (type) {
          case LAUNCH -> LIFE;
          case READ, STEP, SHELL -> READ_LIFE;
        };
    return new OrderHeader(
        type,
        run,
        false,
        uid,
        epoch,
        wallMs.getAsLong() + life.toMillis(),
        nonce,
        memBytes,
        pidsMax,
        graceMs);
  }

  /** The order with its signature. */
  public byte[] sign(LaunchOrder order) {
    return sign(order.encode());
  }

  /** The order with its signature. */
  public byte[] sign(ReadOrder order) {
    return sign(order.encode());
  }

  /** The order with its signature. */
  public byte[] sign(StepOrder order) {
    return sign(order.encode());
  }

  private byte[] sign(byte[] order) {
    byte[] signed = Arrays.copyOf(order, order.length + OrderHeader.SIGNATURE_BYTES);
    key.sign(Ed25519.Algorithm.Ed25519, null, order, 0, order.length, signed, order.length);
    return signed;
  }

  /** The key is the end of its X.509 form (RFC 8410). */
  private static byte[] raw(PublicKey key) throws GeneralSecurityException {
    byte[] encoded =
        KeyFactory.getInstance("Ed25519").getKeySpec(key, X509EncodedKeySpec.class).getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - RAW_KEY_BYTES, encoded.length);
  }
}
