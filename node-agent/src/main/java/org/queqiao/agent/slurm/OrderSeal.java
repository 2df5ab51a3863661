package org.queqiao.agent.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.queqiao.contract.launch.OrderHeader;

/** Tells whether the server has signed an order, by its public key. */
final class OrderSeal {
  private static final int KEY_BYTES = 32;

  /** What stands before the key in X.509, for Ed25519. */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final PublicKey key;

  private OrderSeal(PublicKey key) {
    this.key = key;
  }

  /**
   * Reads the key that the server gives to launchers.
   *
   * @throws IOException when the file is no such key
   */
  static OrderSeal read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length != KEY_BYTES) {
      throw new IOException(file + " is no key of orders: it has " + bytes.length + " bytes");
    }
    byte[] encoded = new byte[PREFIX.length + KEY_BYTES];
    System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
    System.arraycopy(bytes, 0, encoded, PREFIX.length, KEY_BYTES);
    try {
      return new OrderSeal(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is no key of orders: " + e.getMessage(), e);
    }
  }

  boolean isWhole(byte[] signedOrder) {
    int length = signedOrder.length - OrderHeader.SIGNATURE_BYTES;
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(key);
      signature.update(signedOrder, 0, length);
      return signature.verify(signedOrder, length, OrderHeader.SIGNATURE_BYTES);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
