package org.queqiao.agent.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;

/**
 * Writes a certificate signing request (PKCS #10, RFC 2986) for an elliptic-curve key. The JDK has
 * no public class for it, and the agent carries no further library.
 *
 * <pre>
 *   CertificationRequest = SEQUENCE {
 *     info SEQUENCE { version 0, subject Name, publicKey SubjectPublicKeyInfo, attributes [0] {} },
 *     algorithm SEQUENCE { ecdsa-with-SHA256 }, signature BIT STRING }
 * </pre>
 */
final class SigningRequest {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int NO_ATTRIBUTES = 0xA0;
  private static final int BIT_STRING = 0x03;
  private static final int UTF8_STRING = 0x0C;
  private static final byte[] VERSION_0 = {2, 1, 0};
  // 2.5.4.3, commonName
  private static final byte[] COMMON_NAME = {6, 3, 0x55, 4, 3};
  // 1.2.840.10045.4.3.2, ecdsa-with-SHA256
  private static final byte[] ECDSA_SHA256 = {
    6, 8, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 4, 3, 2
  };

  private SigningRequest() {}

  /** The request in DER, with this common name, signed by the key itself. */
  static byte[] encode(KeyPair key, String commonName) throws GeneralSecurityException {
    byte[] name = value(UTF8_STRING, commonName.getBytes(StandardCharsets.UTF_8));
    byte[] subject = value(SEQUENCE, value(SET, value(SEQUENCE, COMMON_NAME, name)));
    byte[] info =
        value(SEQUENCE, VERSION_0, subject, key.getPublic().getEncoded(), value(NO_ATTRIBUTES));
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(key.getPrivate());
    signer.update(info);
    return value(
        SEQUENCE,
        info,
        value(SEQUENCE, ECDSA_SHA256),
        value(BIT_STRING, new byte[] {0}, signer.sign()));
  }

  private static byte[] value(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length >= 0x100) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length >= 0x80) {
      out.write(0x81);
    }
    out.write(length & 0xFF);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
