package org.queqiao.server.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.host.WholeFile;

/**
 * The authority that this cluster alone trusts. Its key and certificate are made at the first
 * start; it signs one certificate for the server and one for each node.
 *
 * <pre>
 *   authority.key 0600, authority.crt   ten years
 *   server.key 0600, server.crt         a year; made anew at a start in its last third, and when
 *                                       the server's names have changed
 * </pre>
 */
public final class PrivateAuthority {
  /** How long a node's certificate is good. */
  public static final Duration NODE_LIFE = Duration.ofDays(30);

  /** The subject alternative name of a node's certificate begins with this. */
  public static final String NODE_URI_PREFIX = "node:";

  private static final Duration AUTHORITY_LIFE = Duration.ofDays(3_650);
  private static final Duration SERVER_LIFE = Duration.ofDays(365);

  /** The clock of a node may be a little behind. */
  private static final Duration LEEWAY = Duration.ofMinutes(5);

  private static final String ALGORITHM = "SHA256withECDSA";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;
  private final PrivateKey key;
  private final X509Certificate certificate;

  private PrivateAuthority(Path folder, PrivateKey key, X509Certificate certificate) {
    this.folder = folder;
    this.key = key;
    this.certificate = certificate;
  }

  /** Reads the authority, or makes it. */
  static PrivateAuthority open(Path folder, long nowMs)
      throws IOException, GeneralSecurityException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path keyFile = folder.resolve("authority.key");
    Path certificateFile = folder.resolve("authority.crt");
    // The certificate is written last: without it, a crash came in between and the key is no use.
    if (!Files.exists(certificateFile)) {
      KeyPair pair = newKey();
      X509Certificate own =
          sign(
              pair.getPrivate(),
              null,
              pair.getPublic(),
              "Queqiao private authority",
              nowMs,
              AUTHORITY_LIFE,
              Purpose.AUTHORITY,
              List.of());
      WholeFile.replace(
          keyFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()), WholeFile.OWNER_ONLY);
      WholeFile.replace(
          certificateFile, pem("CERTIFICATE", own.getEncoded()), WholeFile.WORLD_READABLE);
    }
    return new PrivateAuthority(
        folder, privateKey(WholeFile.readSecret(keyFile)), certificate(certificateFile));
  }

  /** What the certificate is for. */
  private enum Purpose {
    AUTHORITY,
    SERVER,
    NODE
  }

  /** The certificate of the authority. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** SHA-256 of the authority's certificate, in hexadecimal digits. */
  public String fingerprint() throws GeneralSecurityException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
  }

  /** PEM file of the authority's certificate. */
  public Path certificateFile() {
    return folder.resolve("authority.crt");
  }

  /** PEM file of the server's key. */
  public Path serverKeyFile() {
    return folder.resolve("server.key");
  }

  /** PEM file of the server's certificate, followed by the authority's. */
  public Path serverCertificateFile() {
    return folder.resolve("server.crt");
  }

  /** Sees to it that the server has a certificate for all of these names. */
  void certifyServer(List<String> names, long nowMs) throws IOException, GeneralSecurityException {
    List<GeneralName> wanted = names.stream().map(PrivateAuthority::name).toList();
    if (Files.exists(serverCertificateFile())) {
      X509Certificate present = certificate(serverCertificateFile());
      boolean young =
          present.getNotAfter().getTime() - nowMs > SERVER_LIFE.toMillis() / 3
              && certificateSignedByMe(present);
      if (young && Names.of(present).containsAll(names)) {
        return;
      }
    }
    KeyPair pair = newKey();
    X509Certificate made =
        sign(
            key,
            certificate,
            pair.getPublic(),
            "Queqiao server",
            nowMs,
            SERVER_LIFE,
            Purpose.SERVER,
            wanted);
    WholeFile.replace(
        serverKeyFile(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()), WholeFile.OWNER_ONLY);
    byte[] leaf = pem("CERTIFICATE", made.getEncoded());
    byte[] root = pem("CERTIFICATE", certificate.getEncoded());
    byte[] chain = java.util.Arrays.copyOf(leaf, leaf.length + root.length);
    System.arraycopy(root, 0, chain, leaf.length, root.length);
    WholeFile.replace(serverCertificateFile(), chain, WholeFile.WORLD_READABLE);
  }

  /** Signs a certificate for a node's key. */
  X509Certificate certifyNode(NodeName node, PublicKey nodeKey, long nowMs)
      throws GeneralSecurityException {
    return sign(
        key,
        certificate,
        nodeKey,
        node.value(),
        nowMs,
        NODE_LIFE,
        Purpose.NODE,
        List.of(
            new GeneralName(
                GeneralName.uniformResourceIdentifier, NODE_URI_PREFIX + node.value())));
  }

  private boolean certificateSignedByMe(X509Certificate present) {
    try {
      present.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static GeneralName name(String host) {
    boolean address = host.indexOf(':') >= 0 || host.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
  }

  private static X509Certificate sign(
      PrivateKey issuerKey,
      X509Certificate issuer,
      PublicKey subjectKey,
      String commonName,
      long nowMs,
      Duration life,
      Purpose purpose,
      List<GeneralName> names)
      throws GeneralSecurityException {
    try {
      var subject = new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
      Date from = new Date(nowMs - LEEWAY.toMillis());
      Date until = new Date(nowMs + life.toMillis());
      BigInteger serial = new BigInteger(127, RANDOM).setBit(126);
      JcaX509v3CertificateBuilder builder =
          issuer == null
              ? new JcaX509v3CertificateBuilder(subject, serial, from, until, subject, subjectKey)
              : new JcaX509v3CertificateBuilder(issuer, serial, from, until, subject, subjectKey);
      switch (purpose) {
        case AUTHORITY ->
            builder
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        case SERVER -> endEntity(builder, KeyPurposeId.id_kp_serverAuth, names);
        case NODE -> endEntity(builder, KeyPurposeId.id_kp_clientAuth, names);
      }
      byte[] der =
          builder.build(new JcaContentSignerBuilder(ALGORITHM).build(issuerKey)).getEncoded();
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (IOException | OperatorCreationException e) {
      throw new GeneralSecurityException("the certificate cannot be made", e);
    }
  }

  private static void endEntity(
      JcaX509v3CertificateBuilder builder, KeyPurposeId purpose, List<GeneralName> names)
      throws IOException {
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose))
        .addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static byte[] pem(String type, byte[] der) {
    return ("-----BEGIN "
            + type
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + type
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    String text = new String(pem, StandardCharsets.US_ASCII);
    byte[] der = Base64.getMimeDecoder().decode(text.replaceAll("-----[^\n]*-----", ""));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static X509Certificate certificate(Path file)
      throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
